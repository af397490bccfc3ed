import type { Cast } from "./made-events";
import type { LogRow, ManySidedLog } from "./many-sided-log";

/** A filter in the test's own words: times as milliseconds, whatever their spelling in the address. */
export interface Wanted {
  guru: string[];
  model: string[];
  actor: string[];
  actionType: string[];
  operation: string[];
  outcome: string[];
  action: string[];
  target: string[];
  ip: string[];
  sinceMs: number | null;
  untilMs: number | null;
  q: string | null;
}

/** Case is folded character by character: no character becomes two. */
const folded = (text: string | null) =>
  [...(text ?? "")].map((c) => ([...c.toLowerCase()].length === 1 ? c.toLowerCase() : c)).join("");

const oneOf = (values: string[], test: (value: string) => boolean) =>
  values.length === 0 || values.some(test);

/**
 * The ids that a filter chooses, newest first, by reading every row: the grammar written a second time, in plain words.
 * @param scope id of a guru; null for the whole log
 */
export function chosen(log: ManySidedLog, wanted: Wanted, scope: string | null): LogRow[] {
  const called = new Map(wanted.actor.map((value) => [value, accountsCalled(log, value, scope)]));
  return log.rows.filter((row) => {
    const ms = Math.floor(Number(BigInt(row.micros) / 1_000n));
    return (
      !row.expired &&
      (scope === null || row.guru_id === scope) &&
      (wanted.sinceMs === null || ms >= wanted.sinceMs) &&
      (wanted.untilMs === null || ms <= wanted.untilMs) &&
      oneOf(wanted.model, (v) => row.model === v) &&
      oneOf(wanted.action, (v) => row.action === v) &&
      oneOf(wanted.actionType, (v) => row.action_type === v) &&
      oneOf(wanted.operation, (v) => row.operation === v) &&
      oneOf(wanted.outcome, (v) => row.outcome === v) &&
      oneOf(wanted.target, (v) => row.target_id === v) &&
      oneOf(wanted.ip, (v) => row.ip === v) &&
      oneOf(wanted.guru, (v) => ofGuru(row, v, log.cast)) &&
      oneOf(wanted.actor, (v) => ofActor(row, v, called.get(v) ?? new Set())) &&
      (wanted.q === null || mentions(row, folded(wanted.q)))
    );
  });
}

/** A slug is that of a guru which stands or was deleted; one that is neither's is looked for as it was then. */
function ofGuru(row: LogRow, value: string, cast: Cast): boolean {
  if (value === "none") return row.guru_id === null;
  const known = [...cast.gurus, ...cast.retired].find(({ slug }) => slug === value);
  return known ? row.guru_id === known.id : row.guru_slug === value;
}

function ofActor(row: LogRow, value: string, called: Set<string>): boolean {
  if (value === "system" || value === "anonymous") return row.actor_type === value;
  if (!value.includes("@"))
    return row.account_id === value || (row.actor_type === "api_key" && row.actor_id === value);
  return folded(row.actor_email) === folded(value) || (row.account_id !== null && called.has(row.account_id));
}

/**
 * Accounts that an e-mail means: by the name that the sealed events of the scope last gave them, and in the whole log by
 * today's, too.
 */
function accountsCalled(log: ManySidedLog, value: string, scope: string | null): Set<string> {
  if (!value.includes("@")) return new Set();
  const found = new Set<string>();
  if (scope === null)
    for (const { id, email } of log.cast.accounts) if (folded(email) === folded(value)) found.add(id);
  const names = new Map<string, string>();
  const guesses = new Map<string, string>();
  const sealed = log.rows.filter((row) => row.index !== null && (scope === null || row.guru_id === scope));
  for (const row of sealed.sort((a, b) =>
    a.index !== null && b.index !== null && a.index < b.index ? -1 : 1,
  )) {
    if (row.account_id === null || row.account_id === log.cast.erased) continue;
    if (row.actor_email !== null) names.set(row.account_id, row.actor_email);
    else if (row.actor_type === "anonymous") guesses.set(row.account_id, row.target_label);
  }
  for (const [account, name] of [...guesses, ...names])
    if (folded(names.get(account) ?? name) === folded(value)) found.add(account);
  return found;
}

function mentions(row: LogRow, q: string): boolean {
  return (
    [row.actor_email, row.target_label, row.guru_name, row.guru_slug, row.operation].some((text) =>
      folded(text).includes(q),
    ) || [row.target_id, row.ip].some((text) => text !== null && folded(text).startsWith(q))
  );
}
