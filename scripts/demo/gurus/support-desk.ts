import type { GuruSpec } from "./spec";

export const supportDesk: GuruSpec = {
  slug: "support-desk",
  name: "Support desk",
  description: "What support answers, and how.",
  topics: "tickets, escalation, tone, known problems",
  introText: "For everyone who answers customers.",
  exampleQuestions: ["When do I escalate?", "How fast must I answer?", "How do I reset a customer's 2FA?"],
  instructions: "Write so that it can be sent to a customer.",
  visibility: "private",
  maker: "k.oduya",
  maintainers: ["t.mori", "b.whitaker"],
  day: 1,
  weight: 10,
  texts: [
    {
      title: "Response times",
      content: `# Response times

Urgent tickets are answered within 30 minutes around the clock, high ones within four hours, all others within one working day. The clock stops while we wait for the customer.

A ticket without an answer from the customer is closed after ten days, with a note that it opens again by any reply.`,
    },
    {
      title: "Escalation",
      content: `# Escalation

Escalate to engineering when a customer cannot work, when data looks wrong, or when the same problem reaches three tickets. Give the account id, the time with its zone, what was expected and what happened, and a request id if there is one.

The engineer on call answers within the hour. Do not promise a date before they have.`,
    },
    {
      title: "Resetting a second factor",
      content: `# Resetting a customer's second factor

1. The request must come from the account's e-mail address.
2. Call the number in the account, never one from the ticket.
3. Ask for the last invoice's number.
4. Reset in the console; the customer is told by mail and all sessions end.

If one step fails, the request goes to the security team. There are no exceptions, for nobody.`,
    },
    {
      title: "Known problems",
      content: `# Known problems

**Exports stay at 99 %.** A very long name in the first column. Fixed in the next release; until then export without that column.

**Localized dates in reports.** Reports use the language of the browser, not of the account. Change the browser's language.

**Login loop in Safari.** Third-party cookies of the old domain. Clear the site's data once.`,
    },
    {
      title: "Tone of voice",
      content: `# Tone of voice

Begin with what you understood, then say what happens next and when. Short sentences. No blame, neither for the customer nor for a colleague. "I" for what you do, "we" for what Halden Works stands for.

Never copy an internal note into an answer.`,
    },
    {
      title: "Refund requests",
      content: `# Refund requests

Ask for the reason once and do not argue. Up to 500 EUR you may refund yourself; the steps stand in the billing runbook. A refund for a month in which the service was down for more than two hours is always granted.`,
    },
    {
      title: "Languages and hours",
      content: `# Languages and hours

English around the clock; Norwegian, German and French from 07:00 to 18:00 in Oslo; Japanese from 09:00 to 18:00 in Tokyo. Other languages are answered in English with a translated summary.

Handover between the teams in Lagos, Tokyo and New York happens in the channel with the list of open urgent tickets.`,
    },
  ],
  notes: [
    "The workaround was confirmed by two customers.",
    "Closed as fixed in release 26.11.",
    "Agreed with the team lead on Monday.",
    "For partners the contract's times apply instead.",
    "Seen again on Thursday; engineering knows.",
  ],
  edits: [
    { introText: "For everyone who answers customers: times, escalation, known problems." },
    { instructions: "Write so that it can be sent to a customer. Say which step a customer can do alone." },
    { visibility: "organization" },
    { topics: "tickets, escalation, tone, known problems, refunds" },
    { exampleQuestions: ["When do I escalate?", "How fast must I answer?", "What are the known problems?"] },
    {
      instructions:
        "Write so that it can be sent to a customer. Say which step a customer can do alone. Do not give dates that engineering has not given.",
    },
    { description: "What support answers, how, and how fast." },
  ],
  questions: [
    "When do I escalate?",
    "How fast must I answer an urgent ticket?",
    "customer lost second factor",
    "export stays at 99 %",
    "How do I reset a customer's 2FA?",
    "May I refund 300 EUR myself?",
    "login loop in Safari",
    "When is a ticket closed without an answer?",
    "Which languages do we answer in?",
    "dates in reports are in the wrong language",
    "What does engineering need for an escalation?",
    "handover to Tokyo",
    "Can I promise a date?",
    "refund after an outage",
    "What tone do we use with angry customers?",
    "Who resets it if the phone number is wrong?",
    "urgent ticket at night",
    "does the clock stop while we wait",
    "SSO setup for Okta",
    "white label pricing",
  ],
};
