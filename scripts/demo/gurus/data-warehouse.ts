import type { GuruSpec } from "./spec";

export const dataWarehouse: GuruSpec = {
  slug: "data-warehouse",
  name: "Data warehouse",
  description: "Tables, definitions and rules of the warehouse.",
  topics: "tables, metrics, freshness, access",
  introText: "What does a column mean, and how fresh is it?",
  exampleQuestions: ["What is an active customer?", "How fresh is fact_usage?"],
  instructions: "Quote the definition. Give the name of the table.",
  visibility: "organization",
  maker: "e.kowalski",
  maintainers: ["d.okafor", "b.whitaker"],
  day: 4,
  weight: 5,
  texts: [
    {
      title: "Metric definitions",
      content: `# Metric definitions

**Active customer**: an account with at least one paid seat and one sign-in in the last 28 days. Trials do not count.

**Net revenue retention**: revenue of this month from customers of the same month a year ago, divided by their revenue then. Currency effects are taken out at the rate of the first month.

**Churn**: customers whose last contract ended in the month and was not renewed within 14 days.`,
    },
    {
      title: "Freshness of tables",
      content: `# Freshness

fact_usage is loaded every hour and complete at half past. fact_invoice follows the ledger export and is complete at 03:00 UTC. dim_customer is rebuilt at 02:00 UTC; changes of the day are not in it.

If a load is late, the table's row in ops.freshness says since when. Dashboards show a grey bar then.`,
    },
    {
      title: "Getting access",
      content: `# Access

Reading the marts needs the group warehouse-readers; your manager approves it in the access portal and it takes effect overnight. Raw tables hold personal data: there the data protection officer approves too, for 90 days at a time.

Service accounts belong to a team, never to a person, and their passwords are rotated by the vault.`,
    },
    {
      title: "Naming of tables",
      content: `# Naming

stg_ tables are copies of a source, int_ tables are steps in between, fact_ and dim_ tables are for everyone. A column ends in _at for a moment in UTC, in _on for a day, in _eur for an amount in euro.

Never join on a name. Keys end in _id and are the same in all tables.`,
    },
    {
      title: "Backfilling a table",
      content: `# Backfilling

Say in the channel what you backfill and for which days. Run it with "--from" and "--to" and at most 31 days at once; the scheduler leaves a lane free for it from 19:00 UTC on.

A backfill of fact_invoice needs a second pair of eyes from finance, because reports that were sent may change.`,
    },
    {
      title: "Deleting personal data",
      content: `# Deletion requests

A deletion request arrives as a ticket. The job privacy_erase takes the customer's id and runs at night over all tables that the catalogue marks as personal. Aggregates stay.

After the run attach the job's report to the ticket. The deadline is 30 days after the request was received.`,
    },
  ],
  notes: [
    "The definition was agreed with finance; older dashboards still use the former one.",
    "Loads were moved by half an hour because of the new source.",
    "Reviewed, nothing to add.",
  ],
  edits: [
    { introText: "What does a column mean, how fresh is it, and who may read it?" },
    { instructions: "Quote the definition word for word. Give the name of the table and its freshness." },
    { topics: "tables, metrics, freshness, access, personal data" },
    {
      exampleQuestions: [
        "What is an active customer?",
        "How fresh is fact_usage?",
        "Who approves raw tables?",
      ],
    },
    { description: "Tables, metric definitions and rules of the warehouse." },
  ],
  questions: [
    "What is an active customer?",
    "definition of churn",
    "How fresh is fact_usage?",
    "When is dim_customer rebuilt?",
    "Who approves access to raw tables?",
    "how do I backfill a table",
    "What does a column ending in _eur mean?",
    "net revenue retention with currency effects?",
    "Do trials count as active customers?",
    "How do we handle a deletion request?",
    "which lane for backfills",
    "What does a grey bar on a dashboard mean?",
    "snowflake costs",
    "kafka topics",
  ],
};
