import { z } from "zod";

export type ActionType = "access" | "created" | "updated" | "deleted";
export type Outcome = "success" | "failure" | "unknown";
export type ActorType = "user" | "api_key" | "system" | "anonymous";

/** One kind of event: one identity, two names. */
export interface EventDefinition {
  /** Dotted name, what the HTTP API returns. */
  readonly action: string;
  /** Upper-case name, what the pages and the exports show. */
  readonly operation: string;
  readonly actionType: ActionType;
  /** The other badge that it may have: writing a secret makes it or changes it. */
  readonly orActionType?: ActionType;
  readonly model: string;
  readonly targetType: string;
  /** Belongs to a guru (its log shows it), never does, or does when it happens on a guru's page. */
  readonly guru: "always" | "never" | "sometimes";
  readonly outcome: "success" | "failure";
  /** One of the 23 actions of the source document: its actor is always a user. */
  readonly fixed: boolean;
  /** Written even while logging is switched off. */
  readonly always: boolean;
  /** What `details` may hold; the gate adds its own keys (`commonDetails`). */
  readonly details: z.ZodObject;
  /** The event of the same act refused. */
  readonly failed?: EventDefinition;
  /** When it is recorded, for the generated documentation. */
  readonly when: string;
}

interface Definition {
  action: string;
  operation: string;
  actionType: ActionType;
  orActionType?: ActionType;
  model: string;
  targetType: string;
  guru?: "always" | "never" | "sometimes";
  outcome?: "success" | "failure";
  fixed?: boolean;
  always?: boolean;
  details?: z.ZodRawShape;
  failed?: EventDefinition;
  when: string;
}

/** Keys that the gate itself puts into the details of any event. */
export const commonDetails = {
  /** The API key by which a fixed action was done; its actor stays the person. */
  via: z.strictObject({ apiKeyId: z.string(), apiKeyName: z.string() }).optional(),
  apiKeyName: z.string().optional(),
  requestId: z.string().optional(),
  demo: z.literal(true).optional(),
  /** Why the act was refused: a code of the closed set. */
  reason: z.string().optional(),
  count: z.number().int().optional(),
  firstAt: z.string().optional(),
  lastAt: z.string().optional(),
};

/**
 * Defines an event of the catalogue.
 * @param d both names, badge, model, target type, the zod shape of its own details and its failed twin
 */
export function defineEvent(d: Definition): EventDefinition {
  return {
    action: d.action,
    operation: d.operation,
    actionType: d.actionType,
    ...(d.orActionType ? { orActionType: d.orActionType } : {}),
    model: d.model,
    targetType: d.targetType,
    guru: d.guru ?? "never",
    outcome: d.outcome ?? "success",
    fixed: d.fixed ?? false,
    always: d.always ?? false,
    details: z.strictObject({ ...commonDetails, ...(d.details ?? {}) }),
    ...(d.failed ? { failed: d.failed } : {}),
    when: d.when,
  };
}

/** What metadata may hold: the three keys of the source document's schema. */
export const metadataSchema = z
  .strictObject({
    message: z.string().optional(),
    api_key: z.string().optional(),
    emails: z.string().optional(),
  })
  .nullable();
export type Metadata = z.infer<typeof metadataSchema>;
