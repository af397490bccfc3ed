import type { FormAction } from "@/components/forms/action-result";

/** What the audit page is given: plain data, safe to send from a server component to the browser. */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

export type ActorType = "user" | "api_key" | "system" | "anonymous";
export type ActionType = "access" | "created" | "updated" | "deleted";
export type Outcome = "success" | "failure" | "unknown";

export type AuditActor = {
  type: ActorType;
  /** Account id, public id of the key, `system` or `anonymous`. */
  id: string | null;
  /** The e-mail as it was then; for a key, its owner's. Null for System and Anonymous. */
  email: string | null;
  /** What stands in its place once the person was erased, such as "Erased person 3f9a1c". */
  erased?: string | undefined;
};

/** `deleted` when the guru no longer exists: its name then reads "name (deleted)". */
export type AuditGuruRef = { slug: string; name: string; deleted?: boolean };

export type AuditRow = {
  id: string;
  /** RFC 3339 in UTC with milliseconds. */
  occurredAt: string;
  actor: AuditActor;
  ip: string | null;
  guru: AuditGuruRef | null;
  model: string;
  /** The dotted name, such as `guru.updated`. */
  action: string;
  actionType: ActionType;
  /** The upper-case name, such as `UPDATE_GURU`. */
  operation: string;
  /** The object's label as it was then. */
  object: string;
  outcome: Outcome;
  /** The parts that the erasure of a person took. */
  erased?: { actor: boolean; subject: boolean } | undefined;
};

export type FieldChange = { field: string; before: JsonValue; after: JsonValue };

/** What the store keeps in place of a value that was too long; `cut` is its beginning, when kept. */
export type CutValue = { cut?: string; length: number; sha256: string };

export type AuditEventDetails = AuditRow & {
  targetId: string | null;
  targetType: string;
  changes: FieldChange[];
  metadata: JsonObject | null;
  details: JsonObject | null;
  /** Id of the leading event when this one is part of a larger act. */
  cause: string | null;
  /** The sealed index; null until sealed. */
  sequence: number | null;
  /** The `view=full` record, as the API and the JSON export give it. */
  raw: JsonObject;
  proof: EventProofState;
};

/** How an event stands in the sealed log. Checkpoints are named by their size. */
export type EventProofState =
  | { state: "unsealed" }
  /** The check did not end in time. Null: not even the checkpoint is known. */
  | { state: "sealed"; checkpoint: number | null }
  | {
      state: "verified";
      index: number;
      checkpoint: number;
      sealedAt: string;
      /** The newest checkpoint, which it was checked against. */
      against: number;
    }
  | { state: "failed"; problem: "changed" | "unsealable" | "tree" | "behind" | "signature" };

export type FacetValue = {
  /** The value in the URL: a slug or `none`, an account id, `system`, `anonymous`, a model, and so on. */
  value: string;
  label: string;
  /** Events of the scope in the period kept; null when not known. */
  count: number | null;
  /** Draws the value's sign in the list: a person, a key, the gear, the dashed "?". */
  actorType?: ActorType;
};

export type AuditFacets = {
  guru: FacetValue[];
  model: FacetValue[];
  actor: FacetValue[];
  actionType: FacetValue[];
  operation: FacetValue[];
  outcome: FacetValue[];
};

export type FacetKey = keyof AuditFacets;

/** The filter as the URL, the API and the exports know it. Times are RFC 3339 with a zone. */
export type AppliedFilter = {
  guru: string[];
  model: string[];
  actor: string[];
  actionType: string[];
  operation: string[];
  outcome: string[];
  /** The last three have no dropdown: only an address, such as a colleague's link, brings them. */
  action?: string[] | undefined;
  target?: string[] | undefined;
  ip?: string[] | undefined;
  since?: string | undefined;
  until?: string | undefined;
  q?: string | undefined;
};

/** Events by type. */
export type TypeCounts = Record<ActionType, number>;

/** The chart over the period kept. It obeys every filter but the time range, which is what its brush chooses. */
export type AuditHistogram = {
  /** Every day of the period kept, oldest first, also those without events; days of UTC as `YYYY-MM-DD`. */
  days: { day: string; counts: TypeCounts }[];
  /** Events of the applied filter, time range included: their sum is the total. */
  inRange: TypeCounts;
  /** Events before the first day, which have no bar: where events are kept for more than 400 days. */
  earlier?: number | undefined;
  /** False: counting met its deadline, each bar and number reads "at least". */
  exact: boolean;
};

/** What counting found; it may arrive after the rows. */
export type AuditCounts = {
  total: AuditTotal;
  histogram: AuditHistogram;
  /** Ordinal of the first row shown; null when it is not known. */
  first: number | null;
  /** Events of the log without any filter; left out where it is not known. */
  kept?: AuditTotal | undefined;
};

/** Null: the events could not be counted, which the log of the server says; rows and filters stay usable. */
export type CountsOfPage = AuditCounts | null;

/** Values of each dropdown that are left out of it and found by searching; 0 when it has them all. */
export type MoreFacets = Record<FacetKey, number>;

/** A filter under a name, of one person or shared with all who read the same log. */
export type SavedView = {
  id: string;
  name: string;
  filter: AppliedFilter;
  /** Days up to the one on which the view is opened; its filter then has no range. */
  recentDays: number | null;
  shared: boolean;
  isOwn: boolean;
  /** E-mail of who saved it. */
  owner: string;
  /** They may, and of a shared one whoever administers the log. */
  mayDelete: boolean;
};

/** The views of a log that its reader can open, and the id that the address names. */
export type SavedViews = { list: SavedView[]; asked: string | null };

/** `exact: false` reads "at least N". */
export type AuditTotal = { count: number; exact: boolean };

/** The rows shown: ordinals when they are known, and the times of the last and first row. */
export type AuditRange = {
  first: number | null;
  last: number | null;
  oldest: string | null;
  newest: string | null;
};

/** Hrefs made by the server; absent when there is no such page. */
export type AuditCursors = { newer?: string | undefined; older?: string | undefined };

export type EmptyKind = "nothing-yet" | "no-match" | "older-than-retention";

export type ExportFormat = "csv" | "xlsx" | "json" | "zip";

export type ExportInput = {
  format: ExportFormat;
  filter: AppliedFilter;
  scope: { kind: "global" } | { kind: "guru"; slug: string };
  attemptId: string;
};

export type ExportStarted = { id: string; fileName: string; rowsExpected: number | null };

export type ExportAction = (
  input: ExportInput,
) => Promise<{ ok: true; value: ExportStarted } | { ok: false; code: string; message: string }>;

export type CancelExportAction = (input: {
  id: string;
  attemptId: string;
}) => Promise<{ ok: true; value?: unknown } | { ok: false; code: string; message: string }>;

export type ExportRunState = "pending" | "running" | "done" | "failed" | "cancelled";

/** The JSON of an export's status address. */
export type ExportStatus = {
  state: ExportRunState;
  rowsSent: number;
  rowsExpected: number | null;
  bytes: number;
  format?: string;
  /** The signed manifest of the file can be fetched. */
  manifest?: boolean;
  /** Events of the filter that were not sealed when the file was made. */
  notYetSealed?: number;
};

/** An export of this person that was already running when the page was rendered. */
export type RunningExport = ExportStarted & { status: ExportStatus };

export type AuditPageProps = {
  scope: { kind: "global" } | { kind: "guru"; slug: string; name: string };
  rows: AuditRow[];
  range: Pick<AuditRange, "oldest" | "newest">;
  /** Total, chart and ordinals; slow counting streams in after the rows. */
  counts: CountsOfPage | Promise<CountsOfPage>;
  facets: AuditFacets;
  moreFacets: MoreFacets;
  applied: AppliedFilter;
  cursors: AuditCursors;
  /** The event of `?event=<id>`; null when that id is not in this log. Undefined: no sheet. */
  event?: AuditEventDetails | null | undefined;
  /** IANA name, such as `Europe/Oslo`. */
  timeZone: string;
  /** The server's clock at render, so that relative times agree before and after hydration. */
  now: string;
  /** RFC 3339; set when logging is off. */
  loggingOffSince?: string | null | undefined;
  emptyKind?: EmptyKind | undefined;
  /** Where a search met its deadline: up to when it looked (RFC 3339), and whether back in time; a cursor goes on there. */
  searchedTo?: { time: string; isBack: boolean } | null | undefined;
  /** Days; 0 keeps for ever. */
  retentionDays: number;
  exportAction: ExportAction;
  cancelExportAction: CancelExportAction;
  /** Place of the first row in the order of time, which newer events are counted from. */
  newestPlace: string;
  views: SavedViews;
  saveViewAction: FormAction;
  deleteViewAction: FormAction;
  exportState?: RunningExport | null | undefined;
};
