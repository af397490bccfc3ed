import { z } from "zod";

/** Parameters that may be given several times: an event must match one value of each parameter that is given. */
export const repeatableParams = [
  "guru",
  "model",
  "actor",
  "actionType",
  "operation",
  "outcome",
  "action",
  "target",
  "ip",
] as const;
export type RepeatableParam = (typeof repeatableParams)[number];
export const singleParams = ["since", "until", "q"] as const;
type FilterParam = RepeatableParam | (typeof singleParams)[number];

const maxValues = 200;
const maxSearchLength = 200;

/**
 * Which events are wanted: the one grammar of the page's address, the HTTP API and the exports. Values are unique and
 * sorted, times RFC 3339 in UTC with milliseconds, so equal filters are equal texts.
 */
export interface AuditFilter extends Record<RepeatableParam, string[]> {
  /** Inclusive. */
  since?: string;
  /** Inclusive at the grain of a millisecond. */
  until?: string;
  /** Text searched for; at least one character. */
  q?: string;
}

export const emptyFilter: AuditFilter = {
  guru: [],
  model: [],
  actor: [],
  actionType: [],
  operation: [],
  outcome: [],
  action: [],
  target: [],
  ip: [],
};

const word = (name: string, max: number) =>
  z
    .string()
    .min(1, `${name} is empty: give a value or leave the parameter out.`)
    .max(max, `${name} is too long: at most ${max} characters.`)
    .refine((v) => !v.includes("\0"), `${name} holds a NUL character, which no event has.`)
    .refine((v) => v.isWellFormed(), `${name} is not valid Unicode text.`);

const oneOf = (name: string, values: readonly [string, ...string[]]) =>
  z.enum(values, `${name} takes ${values.join(", ")}.`);

const acceptedValue: Record<RepeatableParam, z.ZodType<string>> = {
  guru: word("guru", 100),
  model: word("model", 100),
  actor: word("actor", 320),
  actionType: oneOf("actionType", ["access", "created", "updated", "deleted"]),
  operation: word("operation", 100),
  outcome: oneOf("outcome", ["success", "failure", "unknown"]),
  action: word("action", 100),
  target: word("target", 512),
  ip: z.union([z.ipv4(), z.ipv6()], "ip takes one IPv4 or IPv6 address."),
};

// RFC 3339, section 5.6. A blank stands where a plus sign was not percent-encoded.
const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:)(\d{2})(?:\.(\d{1,9}))?([Zz]|[+ -]\d{2}:\d{2})$/;
const earliest = Date.parse("0001-01-01T00:00:00.000Z");
const latest = Date.parse("9999-12-31T23:59:59.998Z");

/**
 * Reads a time with zone.
 * @returns the same moment in UTC, cut to milliseconds; undefined when the text is not RFC 3339 or no such day exists
 */
export function parseTime(text: string): string | undefined {
  const parts = rfc3339.exec(text);
  if (!parts) return undefined;
  const [, day = "", clock = "", second = "", fraction = "", zone = ""] = parts;
  // 31 February would become March.
  const calendar = new Date(`${day}T00:00:00.000Z`);
  if (Number.isNaN(calendar.getTime()) || calendar.toISOString().slice(0, 10) !== day) return undefined;
  const leapMs = second === "60" ? 1_000 : 0;
  const millis = fraction.slice(0, 3).padEnd(3, "0");
  const at = Date.parse(
    `${day}T${clock}${leapMs ? "59" : second}.${millis}${zone.replace(" ", "+").toUpperCase()}`,
  );
  if (Number.isNaN(at)) return undefined;
  // The offset may lead out of the years that the database can read; no event is there.
  return new Date(Math.min(Math.max(at + leapMs, earliest), latest)).toISOString();
}

type ParsedFilter = { ok: true; filter: AuditFilter } | { ok: false; param: FilterParam; message: string };

/**
 * Reads the filter's parameters; others are left alone.
 * @returns the canonical filter, or the first parameter that cannot be used with a message that names it
 */
export function parseFilter(params: URLSearchParams): ParsedFilter {
  const filter: AuditFilter = { ...emptyFilter };
  for (const name of repeatableParams) {
    const given = [...new Set(params.getAll(name))];
    if (given.length > maxValues)
      return bad(name, `${name} is given too many times: at most ${maxValues} values.`);
    for (const value of given) {
      const parsed = acceptedValue[name].safeParse(value);
      if (!parsed.success) return bad(name, parsed.error.issues[0]?.message ?? `${name} cannot be used.`);
    }
    filter[name] = given.sort();
  }
  for (const name of singleParams) {
    if (params.getAll(name).length > 1) return bad(name, `${name} may be given once only.`);
  }
  for (const name of ["since", "until"] as const) {
    const given = params.get(name);
    if (given === null) continue;
    const time = parseTime(given);
    if (!time) return bad(name, `${name} takes a time with its zone, such as 2026-11-21T19:00:00.000Z.`);
    filter[name] = time;
  }
  if (filter.since && filter.until && filter.since >= filter.until)
    return bad("since", "since must be earlier than until.");
  const q = params.get("q")?.trim();
  if (q) {
    const parsed = word("q", maxSearchLength).safeParse(q);
    if (!parsed.success) return bad("q", parsed.error.issues[0]?.message ?? "q cannot be used.");
    filter.q = q;
  }
  return { ok: true, filter };
}

function bad(param: FilterParam, message: string): ParsedFilter {
  return { ok: false, param, message };
}

/** The filter as parameters: the same filter always gives the same list. */
export function filterParams(filter: AuditFilter): [FilterParam, string][] {
  const list: [FilterParam, string][] = [];
  for (const name of repeatableParams) {
    for (const value of [...new Set(filter[name])].sort()) list.push([name, value]);
  }
  for (const name of singleParams) {
    const value = filter[name];
    if (value) list.push([name, value]);
  }
  return list;
}

/** The filter as the details of an event show it: only what is active. */
export function filterRecord(filter: AuditFilter): Record<string, string | string[]> {
  const shown: Record<string, string | string[]> = {};
  for (const name of repeatableParams) if (filter[name].length > 0) shown[name] = filter[name];
  for (const name of singleParams) {
    const value = filter[name];
    if (value) shown[name] = value;
  }
  return shown;
}

export function isEmptyFilter(filter: AuditFilter): boolean {
  return filterParams(filter).length === 0;
}

/** For inputs that carry a filter as an object (an export's): checked and made canonical as an address would be. */
export const auditFilterInput = z
  .strictObject({
    ...(Object.fromEntries(repeatableParams.map((name) => [name, z.array(z.string()).default([])])) as Record<
      RepeatableParam,
      z.ZodDefault<z.ZodArray<z.ZodString>>
    >),
    since: z.string().optional(),
    until: z.string().optional(),
    q: z.string().optional(),
  })
  .transform((given, context): AuditFilter => {
    const params = new URLSearchParams();
    for (const name of repeatableParams) for (const value of given[name]) params.append(name, value);
    for (const name of singleParams) if (given[name]) params.append(name, given[name]);
    const parsed = parseFilter(params);
    if (parsed.ok) return parsed.filter;
    context.addIssue({ code: "custom", path: [parsed.param], message: parsed.message });
    return z.NEVER;
  });
