/** What a kind of event of the bench is labelled with, hence how many different objects it has. */
type LabelKind = "question" | "source" | "file" | "person" | "guru" | "key" | "organization";

/** A kind of event as the bench's log holds it, under the catalogue's names. */
export interface Kind {
  action: string;
  operation: string;
  actionType: "access" | "created" | "updated" | "deleted";
  model: string;
  targetType: string;
  outcome: "success" | "failure";
  actor: "user" | "api_key" | "system" | "anonymous";
  inGuru: boolean;
  label: LabelKind;
  hasChanges: boolean;
  /** Events of this kind in 100,000; fractions are kinds that a large log holds a handful of. */
  weight: number;
}

type Traits = Partial<Omit<Kind, "action" | "operation" | "weight">>;

function kind(weight: number, action: string, operation: string, traits: Traits = {}): Kind {
  return {
    action,
    operation,
    actionType: "access",
    model: "GuruType",
    targetType: "guru",
    outcome: "success",
    actor: "user",
    inGuru: true,
    label: "guru",
    hasChanges: false,
    weight,
    ...traits,
  };
}

const user = { model: "User", targetType: "user", label: "person", inGuru: false } as const;
const search = { model: "CodeSearch", targetType: "org", label: "organization", inGuru: false } as const;
const source = { model: "DataSource", targetType: "datasource", label: "source" } as const;
const organization = { targetType: "org", label: "organization", inGuru: false } as const;
const system = { actor: "system", actionType: "updated", hasChanges: true } as const;
const changed = { actionType: "updated", hasChanges: true } as const;

/** A large organization's mix: reading most of all, a third with values before and after, a few acts almost never. */
export const kinds: readonly Kind[] = [
  kind(22_000, "guru.asked", "ASK_GURU"),
  kind(11_000, "user.performed_code_search", "CODE_SEARCH", search),
  kind(9_000, "file.viewed", "FILE_READ", { ...search, targetType: "file", label: "file" }),
  kind(3_500, "user.performed_goto_definition", "GOTO_DEFINITION", search),
  kind(2_500, "user.performed_find_references", "FIND_REFERENCES", search),
  kind(5_000, "user.signed_in", "LOGIN_SUCCESS", user),
  kind(1_500, "user.sign_in_failed", "LOGIN_FAILED", { ...user, actor: "anonymous", outcome: "failure" }),
  kind(2_000, "user.signed_out", "LOGOUT", user),
  kind(6_000, "guru.updated", "UPDATE_GURU", changed),
  kind(3_000, "guru.answer_rated", "RATE_ANSWER", { ...changed, label: "question" }),
  kind(5_000, "datasource.added", "ADD_DATASOURCE", { ...source, actionType: "created" }),
  kind(14_500, "datasource.indexed", "INDEX_DATASOURCE", { ...source, ...system }),
  kind(300, "datasource.index_failed", "INDEX_DATASOURCE_FAILED", {
    ...source,
    ...system,
    outcome: "failure",
  }),
  kind(1_500, "datasource.deleted", "DELETE_DATASOURCE", { ...source, actionType: "deleted" }),
  kind(600, "datasource.reindexed", "REINDEX_DATASOURCE", source),
  kind(7_500, "backfill_job.updated", "UPDATE_BACKFILL_JOB", {
    ...system,
    model: "IntegrationBackfillJob",
    targetType: "backfill_job",
  }),
  kind(800, "integration.updated", "EDIT_INTEGRATION", {
    ...changed,
    model: "Integration",
    targetType: "integration",
  }),
  kind(150, "widget.created", "CREATE_WIDGET_ID", {
    model: "WidgetId",
    targetType: "widget",
    actionType: "created",
  }),
  kind(500, "secret.read", "SECRET_READ", { model: "Secret", targetType: "secret", label: "key" }),
  kind(200, "secret.written", "SECRET_WRITE", {
    ...changed,
    model: "Secret",
    targetType: "secret",
    label: "key",
  }),
  kind(300, "user.role_assigned", "ROLE_ASSIGNED", {
    ...changed,
    model: "GuruRole",
    targetType: "user",
    label: "person",
  }),
  kind(120, "guru.maintainer_added", "ADD_MAINTAINER", {
    model: "Maintainer",
    targetType: "user",
    actionType: "created",
    label: "person",
  }),
  kind(200, "api_key.created", "CREATE_API_KEY", {
    ...organization,
    model: "APIKey",
    targetType: "api_key",
    actionType: "created",
    label: "key",
  }),
  kind(150, "api_key.deleted", "DELETE_API_KEY", {
    ...organization,
    model: "APIKey",
    targetType: "api_key",
    actionType: "deleted",
    label: "key",
  }),
  kind(1_000, "audit.viewed", "VIEW_AUDIT_LOGS", { ...organization, model: "AuditLog" }),
  kind(900, "audit.fetch", "FETCH_AUDIT_LOGS", { ...organization, model: "AuditLog", actor: "api_key" }),
  kind(100, "audit.exported", "EXPORT_AUDIT_LOGS", { ...organization, model: "AuditLog" }),
  kind(300, "access.denied", "ACCESS_DENIED", {
    ...user,
    model: "Access",
    outcome: "failure",
  }),
  kind(30, "user.invites_created", "INVITES_CREATED", {
    ...organization,
    model: "Invite",
    actionType: "created",
  }),
  kind(20, "guru.created", "CREATE_GURU", { actionType: "created" }),
  kind(5, "guru.deleted", "DELETE_GURU", { actionType: "deleted" }),
  kind(2, "org.settings_updated", "UPDATE_ORGANIZATION", {
    ...organization,
    ...changed,
    model: "Organization",
  }),
  kind(0.1, "org.auditor_granted", "GRANT_AUDITOR", {
    ...changed,
    model: "Membership",
    targetType: "user",
    inGuru: false,
    label: "person",
  }),
  kind(0.05, "org.ownership_transferred", "OWNERSHIP_TRANSFERRED", {
    ...organization,
    ...changed,
    model: "Organization",
  }),
];
