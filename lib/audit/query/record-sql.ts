/** to_char cuts, it does not round: the filter's millisecond grain counts on it. */
export const timestampSql = `to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Concatenates so that no long text is copied once for every part that follows. */
export function concatenated(parts: readonly string[]): string {
  const [only] = parts;
  if (only === undefined || parts.length === 1) return only ?? "''";
  const middle = parts.length >> 1;
  return `(${concatenated(parts.slice(0, middle))} || ${concatenated(parts.slice(middle))})`;
}

/** A text of our own making, which has nothing to escape as JSON: what `plain` makes sure of. */
const quotedText = (sql: string) => [`'"'`, sql, `'"'`];
/** Null in place of a null. */
const orNull = (sql: string, texts: string[]) => [
  `case when ${sql} is null then 'null' else ${concatenated(texts)} end`,
];
const escaped = (column: string) => [`coalesce(to_json(${column})::text, 'null')`];

/** By key of a record: its SQL as a value for `json_build_object`, and as JSON text. */
type Pair = [key: string, value: string, text: string[]];

const own = ["e.action", "e.actor_id", "e.actor_type", "e.target_id", "e.target_type", "e.version"];
const moreOwn = ["e.operation", "e.action_type", "e.model", "e.outcome"];

const defaultPairs: Pair[] = [
  ["id", "e.id", quotedText("e.id::text")],
  ["timestamp", timestampSql, quotedText(timestampSql)],
  ["action", "e.action", quotedText("e.action")],
  ["actorId", "e.actor_id", quotedText("e.actor_id")],
  ["actorType", "e.actor_type", quotedText("e.actor_type")],
  ["targetId", "e.target_id", quotedText("e.target_id")],
  ["targetType", "e.target_type", quotedText("e.target_type")],
  ["sourcebotVersion", "e.version", quotedText("e.version")],
  ["metadata", "e.metadata", ["coalesce(e.metadata::text, 'null')"]],
  ["orgId", "e.org_id", ["e.org_id::text"]],
];

const guruPairs: Pair[] = [
  ["id", "e.guru_id", quotedText("e.guru_id::text")],
  ["slug", "e.guru_slug", escaped("e.guru_slug")],
  ["name", "e.guru_name", escaped("e.guru_name")],
];

const fullPairs: Pair[] = [
  ...defaultPairs,
  ["operation", "e.operation", quotedText("e.operation")],
  ["actionType", "e.action_type", quotedText("e.action_type")],
  ["model", "e.model", quotedText("e.model")],
  ["actorEmail", "e.actor_email", escaped("e.actor_email")],
  ["ip", "host(e.ip)", orNull("e.ip", quotedText("host(e.ip)"))],
  [
    "guru",
    `case when e.guru_id is null then null else ${built(guruPairs)} end`,
    orNull("e.guru_id", [written(guruPairs)]),
  ],
  ["objectLabel", "e.target_label", escaped("e.target_label")],
  ["outcome", "e.outcome", quotedText("e.outcome")],
  ["changes", "e.changes", ["e.changes::text"]],
  ["details", "e.details", ["e.details::text"]],
  ["cause", "e.cause", orNull("e.cause", quotedText("e.cause::text"))],
  ["sequence", "null", ["'null'"]],
];

function built(pairs: Pair[]): string {
  return `json_build_object(${pairs.map(([key, value]) => `'${key}', ${value}`).join(", ")})`;
}

function written(pairs: Pair[]): string {
  const parts = pairs.flatMap(([key, , text], i) => [`'${i === 0 ? "{" : ", "}"${key}" : '`, ...text]);
  return concatenated([...parts, "'}'"]);
}

/**
 * The text that `json_build_object` makes, put together by hand, which takes half the time: it looks up the type of every
 * value of every row. The columns of our own making are looked at together, once, and have nothing to escape; a row that
 * was changed past the product may, and takes the other way.
 */
function record(pairs: Pair[], texts: string[]): string {
  const all = concatenated(texts);
  return `case when octet_length(to_json(${all})::text) = octet_length(${all}) + 2 then ${written(pairs)}
    else ${built(pairs)}::text end`;
}

/** JSON text of a `DefaultRecord`, made by the database. */
export const defaultRecordSql = record(defaultPairs, own);

/** JSON text of a `FullRecord`, made by the database; the sequence is left null. */
export const fullRecordSql = record(fullPairs, [...own, ...moreOwn]);

/** The same records as objects of the database's own making: what they cost without us, for the bench. */
export const objectSql = { default: built(defaultPairs), full: built(fullPairs) } as const;
