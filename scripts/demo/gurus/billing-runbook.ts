import type { GuruSpec } from "./spec";

export const billingRunbook: GuruSpec = {
  slug: "billing-runbook",
  name: "Billing runbook",
  description: "How invoices, refunds and dunning work at Halden Works.",
  topics: "invoices, refunds, VAT, dunning, payment providers",
  introText: "Ask about invoices and refunds.",
  exampleQuestions: [
    "How do I refund a customer?",
    "When is a reminder sent?",
    "Who signs off a credit note?",
  ],
  instructions: "Answer for people in finance and support. Name the form to use.",
  visibility: "private",
  maker: "l.haddad",
  maintainers: ["j.lindqvist", "k.oduya"],
  day: 1,
  weight: 6,
  texts: [
    {
      title: "Refunds",
      content: `# Refunds

A refund goes back the way the money came. Open the payment in the billing console, choose Refund and give the ticket number as the reason.

## Limits
Support may refund up to 500 EUR. Up to 5,000 EUR a team lead approves in the console; above that the head of finance signs, and the refund leaves with the next payment run.

## Timing
Card refunds arrive within five to ten working days. Bank transfers take two working days inside the EEA. A refund cannot be stopped once the provider has confirmed it.`,
    },
    {
      title: "Invoice calendar",
      content: `# Invoice calendar

Invoices for subscriptions are made on the first day of the month at 04:00 UTC and sent by 07:00 in the customer's time zone. Usage is billed in arrears: the counter is read at midnight UTC of the last day.

An invoice is due after 14 days, for public bodies after 30. Annual contracts are invoiced 45 days before they renew, so that a purchase order can be raised in time.`,
    },
    {
      title: "Dunning and reminders",
      content: `# Dunning

Three days after the due date a friendly reminder is sent. The second reminder follows after ten days and carries the late fee of the customer's country. After 30 days the account is limited: reading goes on, writing stops.

No account is closed without a call. The account manager has seven days for it; the call is noted in the ticket.`,
    },
    {
      title: "VAT numbers",
      content: `# VAT

A VAT number is checked against VIES when it is entered and again on the day of each invoice. If VIES does not answer, the last good check of the past 30 days counts.

Customers in the EU with a valid number get a reverse-charge invoice. Norwegian customers always pay Norwegian VAT, 25 %. A number that turns invalid is told to the customer by mail before the next invoice.`,
    },
    {
      title: "Credit notes",
      content: `# Credit notes

A credit note never changes an invoice: it stands beside it and names it. Use it when the amount was wrong; use a refund when the amount was right but the money goes back.

Two people sign a credit note above 1,000 EUR. The second one must not have handled the ticket.`,
    },
    {
      title: "Payment provider outage",
      content: `# When the payment provider is down

1. Look at the provider's status page and open an incident in the channel of billing.
2. Switch the checkout to "invoice only" in the console; customers can then buy without a card.
3. Do not retry failed charges by hand. The queue retries them every 15 minutes for a day.
4. When it is over, compare yesterday's settlement file with our ledger before you switch back.`,
    },
    {
      title: "Ledger export",
      content: `# Ledger export

The ledger is exported to accounting each night at 01:30 UTC as a CSV file with one line a booking. The file is signed; accounting refuses one with a wrong signature.

If the export failed, run it again from the console for that day. A day can be exported twice: accounting recognises bookings by their number.`,
    },
  ],
  notes: [
    "The limit of support was raised after the review of last quarter.",
    "Checked with accounting; the rest is unchanged.",
    "The provider now confirms refunds within an hour.",
    "For customers in Switzerland see the contract's annex.",
  ],
  edits: [
    { introText: "Ask about invoices, refunds, VAT and reminders. Answers quote the runbook." },
    { instructions: "Answer for people in finance and support. Name the form to use and who signs." },
    { topics: "invoices, refunds, credit notes, VAT, dunning, payment providers" },
    { visibility: "organization" },
    {
      exampleQuestions: [
        "How do I refund a customer?",
        "When is the second reminder sent?",
        "What needs two signatures?",
      ],
    },
    {
      instructions:
        "Answer for people in finance and support. Name the form to use and who signs. Never promise a customer a date that the runbook does not give.",
    },
    { description: "How invoices, refunds, credit notes and dunning work at Halden Works." },
  ],
  questions: [
    "How do I refund a customer?",
    "up to what amount may support refund",
    "When is the second reminder sent?",
    "How long does a card refund take?",
    "credit note or refund?",
    "Who signs a credit note above 1000 EUR",
    "What happens if VIES does not answer?",
    "when are subscription invoices made",
    "The payment provider is down, what now?",
    "How is the ledger exported to accounting?",
    "do norwegian customers pay VAT",
    "When is an account limited?",
    "How do I stop a refund?",
    "What is the due date for public bodies?",
    "gift cards",
    "salary run deadline",
  ],
};
