import "server-only";
import { allEvents } from "@/lib/audit/catalogue/registry";

/** Types of objects that the events of the whole specification name; the source document's own come first. */
const targetTypes = [
  ...["user", "org", "file", "api_key", "account_join_request", "invite"],
  ...["guru", "datasource", "integration", "backfill_job", "widget", "secret", "excel_job"],
];

/**
 * JSON schema (draft 7) of the answer of `GET /api/ee/audit`: the source document's, with the enums widened by the
 * actors and objects of our further actions. The shape is the same.
 */
export function answerSchema(): object {
  const text = { type: "string" };
  const properties = {
    id: text,
    timestamp: { type: "string", format: "date-time" },
    action: text,
    actorId: text,
    actorType: { type: "string", enum: ["user", "api_key", "system", "anonymous"] },
    targetId: text,
    targetType: {
      type: "string",
      enum: [...new Set([...targetTypes, ...allEvents.map((e) => e.targetType)])],
    },
    sourcebotVersion: text,
    metadata: {
      anyOf: [
        {
          type: "object",
          properties: { message: text, api_key: text, emails: text },
          additionalProperties: false,
        },
        { type: "null" },
      ],
    },
    orgId: { type: "integer" },
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "FetchAuditLogsResponse",
    type: "array",
    items: { type: "object", required: Object.keys(properties), properties, additionalProperties: false },
  };
}

/** The catalogue: every event that is recorded. */
export function publishedActions(): object {
  return allEvents.map((e) => ({
    action: e.action,
    operation: e.operation,
    actionType: e.actionType,
    ...(e.orActionType ? { orActionType: e.orActionType } : {}),
    model: e.model,
    targetType: e.targetType,
    outcome: e.outcome,
    guru: e.guru,
    failedAction: e.failed?.action ?? null,
    when: e.when,
  }));
}
