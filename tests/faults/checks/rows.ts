import type postgres from "postgres";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import type { Act } from "../support/ledger";
import { eventsOfActs, recordsOf } from "./acts";
import type { LoggedEvent, LogState } from "./read-state";

type Difference = string;

/** What stands in one of the two and not in the other, named. */
function compare(what: string, inEvents: Iterable<string>, inData: Iterable<string>): Difference[] {
  const data = new Set(inData);
  const known = new Set<string>();
  const twice: string[] = [];
  for (const id of inEvents) {
    if (known.has(id)) twice.push(id);
    known.add(id);
  }
  return [
    ...twice.map((id) => `${what} ${id}: two events`),
    ...[...known].filter((id) => !data.has(id)).map((id) => `${what} ${id}: an event without its act`),
    ...[...data].filter((id) => !known.has(id)).map((id) => `${what} ${id}: an act without its event`),
  ];
}

const targets = (events: LoggedEvent[], operation: string): string[] =>
  events.filter((e) => e.operation === operation && e.outcome === "success").map((e) => e.targetId);

function without(made: string[], gone: string[]): string[] {
  const deleted = new Set(gone);
  return made.filter((id) => !deleted.has(id));
}

/** The data and the log say the same: what events made and did not delete is there, and nothing else is. */
export async function checkRows(sql: AnySql, acts: Act[], log: LogState): Promise<Difference[]> {
  const { events } = log;
  const ids = async (query: postgres.PendingQuery<{ id: string }[]>) => (await query).map((row) => row.id);
  const of = (operation: string) => targets(events, operation);
  const sources = await ids(sql`select id from data_source`);
  return [
    ...compare(
      "key",
      without(of("CREATE_API_KEY"), of("DELETE_API_KEY")),
      await ids(sql`select id from api_key`),
    ),
    ...compare("guru", without(of("CREATE_GURU"), of("DELETE_GURU")), await ids(sql`select id from guru`)),
    ...compare("deleted guru", of("DELETE_GURU"), await ids(sql`select id from retired_guru`)),
    ...compare("source", without(of("ADD_DATASOURCE"), of("DELETE_DATASOURCE")), sources),
    ...compare("account", of("REGISTER"), await ids(sql`select id from account`)),
    ...compare(
      "indexed source",
      of("INDEX_DATASOURCE").filter((id) => sources.includes(id)),
      await ids(sql`select id from data_source where status = 'SUCCESS'`),
    ),
    ...(await checkDescriptions(sql, events)),
    ...(await checkByMarker(sql, acts, log)),
  ];
}

/** The changes of a guru form a chain: each begins where the one before ended, and the last is what stands. */
async function checkDescriptions(sql: AnySql, events: LoggedEvent[]): Promise<Difference[]> {
  const current = new Map<string, unknown>();
  const wrong: Difference[] = [];
  for (const event of events) {
    if (event.operation !== "UPDATE_GURU") continue;
    for (const { field, before, after } of event.changes) {
      if (field !== "description") continue;
      const last = current.get(event.targetId);
      if (last !== undefined && before !== last)
        wrong.push(`guru ${event.targetId}: a change begins at ${before}, not at ${last}`);
      current.set(event.targetId, after);
    }
  }
  for (const { id, description } of await sql`select id, description from guru`)
    if (current.has(id) && current.get(id) !== description)
      wrong.push(`guru ${id}: is ${description}, by its events ${current.get(id)}`);
  return wrong;
}

/** What carries no id in its event is found by what was sent with it. */
async function checkByMarker(sql: AnySql, acts: Act[], log: LogState): Promise<Difference[]> {
  const byMarker = eventsOfActs(log);
  const recorded = (kind: Act["kind"]) =>
    acts.filter((a) => a.kind === kind && recordsOf(a, byMarker).length > 0);
  const standing = new Set((await sql`select id from guru`).map((row) => row.id));
  const asked = recorded("ask").filter((a) => standing.has(recordsOf(a, byMarker)[0]?.guruId));
  const ended = new Set(recorded("sign-out").map((act) => act.about.session));
  const prefixes = [...new Set(acts.map((act) => act.marker.split("-")[0]))];
  return [
    ...compare(
      "question",
      asked.map((act) => act.about.text ?? ""),
      (await sql`select text from question`).map((row) => row.text),
    ),
    ...compare(
      "session",
      recorded("sign-in")
        .map((act) => act.marker)
        .filter((marker) => !ended.has(marker)),
      (
        await sql`select user_agent from session where split_part(user_agent, '-', 1) = any (${prefixes as string[]})`
      ).map((row) => row.user_agent),
    ),
    ...compare(
      "failed sign-in",
      recorded("fail-sign-in").map((act) => act.about.email ?? ""),
      (await sql`select key from sign_in_delay where kind = 'account'`).map((row) => row.key),
    ),
  ];
}
