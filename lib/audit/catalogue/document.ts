import { commonDetails, type EventDefinition } from "./define";
import { allEvents } from "./registry";

const cell = (text: string) => text.replaceAll("|", "\\|");

function row(e: EventDefinition): string {
  const details = Object.keys(e.details.shape).filter((k) => !(k in commonDetails));
  const scope = { always: "guru", never: "-", sometimes: "guru or -" }[e.guru];
  const cells = [
    `\`${e.action}\``,
    `\`${e.operation}\``,
    e.orActionType ? `${e.actionType} or ${e.orActionType}` : e.actionType,
    e.outcome,
    e.model,
    e.targetType,
    scope,
    e.when,
    details.map((d) => `\`${d}\``).join(", ") || "-",
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** The reference of all recorded events, in Markdown; `docs/audit-events.md` holds it. */
export function eventsDocument(): string {
  const models = [...new Set(allEvents.map((e) => e.model))].sort();
  const parts = models.map((model) => {
    const rows = allEvents.filter((e) => e.model === model).map(row);
    return [
      `## ${model}`,
      "",
      "| action | operation | type | outcome | model | target | log of | recorded when | details |",
      "|---|---|---|---|---|---|---|---|---|",
      ...rows,
      "",
    ].join("\n");
  });
  return [
    "# Audit events",
    "",
    "Generated from `lib/audit/catalogue` (`UPDATE_DOCS=1 npx vitest run tests/architecture/documents.test.ts`); do not edit.",
    "Each event also carries id, time, actor, address, object, field changes and the id of the event that caused it. The gate",
    "adds to the details: `requestId`; `via` (the API key by which one of the 23 fixed actions was done) or `apiKeyName`;",
    "`reason` of a refusal; `count`, `firstAt` and `lastAt` where tries were counted; `demo` in a demo instance.",
    "",
    ...parts,
  ].join("\n");
}
