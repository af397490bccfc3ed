import type postgres from "postgres";

/** What a test says about an event; the rest is filled in. */
export interface TestEvent {
  org_id?: number;
  guru_id?: string | null;
  guru_name?: string | null;
  action?: string;
  operation?: string;
  action_type?: "access" | "created" | "updated" | "deleted";
  model?: string;
  outcome?: "success" | "failure" | "unknown";
  actor_type?: "user" | "api_key" | "system" | "anonymous";
  actor_id?: string;
  account_id?: string | null;
  actor_email?: string | null;
  target_label?: string;
}

const plain = {
  org_id: 1,
  guru_id: null,
  guru_name: null,
  action: "guru.updated",
  operation: "UPDATE_GURU",
  action_type: "updated",
  model: "GuruType",
  outcome: "success",
  actor_type: "system",
  actor_id: "system",
  account_id: null,
  actor_email: null,
  target_type: "guru",
  target_id: "t",
  target_label: "label",
  version: "test",
} as const;

/** Postgres takes 65,535 parameters a statement; an event has some twenty. */
const eventsAStatement = 2_000;

/** Records events by plain SQL, as whoever `sql` is signed in as. */
export async function insertEvents(
  sql: postgres.Sql | postgres.TransactionSql,
  events: TestEvent[],
): Promise<{ id: string; micros: string }[]> {
  const rows = events.map((event) => ({ ...plain, ...event }));
  const recorded: { id: string; micros: string }[] = [];
  for (let from = 0; from < rows.length || from === 0; from += eventsAStatement)
    recorded.push(
      ...(await sql<{ id: string; micros: string }[]>`
        insert into audit_event ${sql(rows.slice(from, from + eventsAStatement))}
        returning id, (extract(epoch from occurred_at) * 1000000)::bigint::text as micros`),
    );
  return recorded;
}

/** Events of a small team: three people, two gurus, System and strangers, by a counter. */
export function variedEvents(count: number, offset = 0): TestEvent[] {
  return Array.from({ length: count }, (_, i) => variedEvent(i + offset));
}

function variedEvent(n: number): TestEvent {
  const person = n % 3;
  const guru = n % 5;
  return {
    guru_id: guru < 2 ? `00000000-0000-7000-8000-00000000001${guru}` : null,
    guru_name: guru < 2 ? `Guru ${guru}` : null,
    model: ["User", "GuruType", "DataSource"][n % 3] ?? "User",
    operation: ["LOGIN_SUCCESS", "UPDATE_GURU", "ADD_DATASOURCE", "ASK_GURU"][n % 4] ?? "",
    action_type: (["access", "created", "updated", "deleted"] as const)[n % 4] ?? "access",
    outcome: n % 7 === 0 ? "failure" : "success",
    ...(n % 11 === 0
      ? { actor_type: "system", actor_id: "system" }
      : {
          actor_type: n % 13 === 0 ? "anonymous" : "user",
          actor_id: n % 13 === 0 ? "anonymous" : `person ${person}`,
          account_id: `00000000-0000-7000-8000-00000000002${person}`,
          actor_email: n % 13 === 0 ? null : `person${person}@example.com`,
          target_label: `person${person}@example.com`,
        }),
  };
}

/** Moves the clock for events inserted in this transaction; only a member of the owning role may. */
export async function setClock(tx: postgres.TransactionSql, at: string): Promise<void> {
  await tx`select set_config('gurulog.clock', ${at}, true)`;
}

/** Polls until `condition` holds. @throws after `deadlineMs` */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  deadlineMs = 15_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not reached in ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
