import type { GuruSpec } from "./spec";

export const platformDocs: GuruSpec = {
  slug: "platform-docs",
  name: "Platform docs",
  description: "How we build, ship and run.",
  topics: "deployments, on-call, databases, secrets",
  introText: "Ask about the platform.",
  exampleQuestions: ["How do I roll back?", "Who is on call?", "How do I rotate a secret?"],
  instructions: "Answer for engineers. Commands in code blocks.",
  visibility: "private",
  maker: "m.solberg",
  maintainers: ["d.okafor", "r.petrov"],
  day: 0,
  weight: 9,
  texts: [
    {
      title: "Deployments",
      content: `# Deployments

A merge to main builds an image, and the pipeline rolls it out to staging within ten minutes. Production follows after the smoke tests and a click by someone of the owning team.

## Rolling back
Run "ship rollback <service>" or press Roll back in the deployment's page. It takes about 90 seconds and brings back the previous image; the database is not touched. Tell the channel.

## Freezes
No deployments to production from Friday 15:00 to Monday 07:00 UTC, except to end an incident.`,
    },
    {
      title: "On-call",
      content: `# On-call

The rota changes on Tuesdays at ten. A page must be acknowledged within five minutes, else it goes to the second line. Handover notes stand in the on-call page and are read together.

After a night with a page before six the next morning is free. On-call weeks are paid per day.`,
    },
    {
      title: "Incident process",
      content: `# Incidents

Whoever notices it opens the incident with "/incident". The first responder leads until someone takes over aloud. Severity 1 means customers cannot work or data is at risk: then the status page is updated every 30 minutes.

A review follows within five working days. It asks what made the mistake easy, never who made it.`,
    },
    {
      title: "Databases",
      content: `# Databases

Each service owns its database; nobody reads another's tables. Migrations are forward only and must work with the version before and after. A column is dropped two releases after its last use.

Backups are taken every night and kept for 35 days; the log is shipped every minute, so we can go back to any minute of the last week. A restore is rehearsed each quarter.`,
    },
    {
      title: "Secrets",
      content: `# Secrets

Secrets live in the vault under team/service/name and reach the service as files. To rotate one, write the new value beside the old one, deploy, then remove the old value: both are valid in between.

A secret that was committed is rotated first and cleaned from the history afterwards.`,
    },
    {
      title: "Service levels",
      content: `# Service levels

The API answers 99.9 % of requests a month within 400 ms. When half of the error budget of a month is used, features wait and the team works on reliability.

Latency is measured at the edge, errors without those the client caused.`,
    },
    {
      title: "Runbook: disk is filling",
      content: `# Disk is filling

Look at the volume's growth first: a line that rises evenly is data, a step is a log or a dump. Delete nothing under /var/lib/postgresql by hand.

1. Extend the volume with "ship volume grow <service> +20%".
2. Find the cause with "ship du <service>".
3. If replication slots hold the log back, drop the one that nobody reads.`,
    },
    {
      title: "API gateway",
      content: `# Gateway

Every request passes the gateway, which checks the token, counts against the limit of 600 requests a minute a client and adds the request id. Answers of 429 carry Retry-After in seconds.

A new route is registered in routes.yaml of the gateway's repository; reviews come from the platform team within a day.`,
    },
  ],
  notes: [
    "Changed after the incident of the 12th.",
    "The command has a --dry-run now; use it first.",
    "Reviewed by the platform team.",
    "The limit can be raised for a client by a request in the channel.",
    "Staging follows the same steps.",
  ],
  edits: [
    {
      introText: "Ask how we build, ship and run things. Answers quote the docs.",
      instructions: "Answer for engineers. Commands in code blocks. Say when a step needs a second person.",
      visibility: "organization",
    },
    { topics: "deployments, on-call, incidents, databases, secrets" },
    { exampleQuestions: ["How do I roll back?", "When does the rota change?", "How do I rotate a secret?"] },
    {
      instructions:
        "Answer for engineers. Commands in code blocks. Say when a step needs a second person. During an incident give the shortest safe step first.",
    },
    { description: "How we build, ship and run the platform." },
  ],
  questions: [
    "How do I roll back?",
    "how long does a rollback take",
    "When does the on-call rota change?",
    "Can I deploy on Friday afternoon?",
    "How do I rotate a secret?",
    "disk is filling on orders-db",
    "What is severity 1?",
    "How long are backups kept?",
    "who may click deploy to production",
    "rate limit of the gateway?",
    "How do I register a route?",
    "When is a column dropped?",
    "What does Retry-After mean?",
    "someone committed a secret",
    "when is the incident review",
    "error budget used up",
    "Is the next morning free after a page?",
    "how do I restore to a point in time",
    "terraform state lock",
    "GPU nodes",
  ],
};
