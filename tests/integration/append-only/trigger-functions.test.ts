import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { insertEvents } from "../sealer/events-for-tests";
import { createLogDatabase, type LogDatabase } from "./databases";

// Where the database is not ours alone, everyone may make temporary tables in it, the runtime roles too. A trigger of
// their own on such a table must not run our functions with the owner's rights on rows that they made up.

let database: LogDatabase;
let admin: postgres.Sql;
let app: postgres.Sql;

beforeAll(async () => {
  database = await createLogDatabase("enforced");
  admin = postgres(database.urls.admin, { max: 1, onnotice: () => {} });
  app = postgres(database.urls.app, { max: 1, onnotice: () => {} });
  const [current] = await admin<{ name: string }[]>`select current_database() as name`;
  await admin`grant temporary on database ${admin(String(current?.name))} to public`.simple();
});

afterAll(async () => {
  await Promise.all([admin, app].map((sql) => sql.end({ timeout: 5 })));
  await database.drop();
});

const madeUp = `create temp table mine (id uuid default gen_random_uuid(), occurred_at timestamptz default now(), seq bigint,
  org_id integer default 1, account_id uuid, target_type text, target_id text, action text, details jsonb) on commit drop`;

function trigger(name: string): string {
  return `create trigger mine after insert on mine referencing new table as recorded for each statement execute function ${name}()`;
}

it("nobody is erased in silence by a trigger on a table of one's own", async () => {
  const [person] =
    await admin`insert into account (email, email_key, name) values ('ada@x.example', 'ada@x.example', 'Ada') returning id`;
  const id = String(person?.id);
  await insertEvents(admin, [
    { actor_type: "user", actor_id: id, account_id: id, actor_email: "ada@x.example" },
  ]);
  await expect(
    app.begin(async (tx) => {
      await tx.unsafe(madeUp);
      await tx.unsafe(trigger("audit_keep_erased"));
      await tx`select audit_erase_person(1, ${id}, null)`;
      await tx`delete from account where id = ${id}`;
      await tx`insert into mine (action, details) values ('audit.person_erased', '{"events": 1}')`;
    }),
  ).rejects.toMatchObject({ code: "42501" });
  const [kept] = await admin`select count(*)::int as n from audit_event where actor_email = 'ada@x.example'`;
  expect(kept?.n).toBe(1);
});

it("nothing is put before the sealer by a trigger on a table of one's own", async () => {
  const queued = () => admin`select count(*)::int as n from audit_outbox`;
  const [before] = await queued();
  await expect(
    app.begin(async (tx) => {
      await tx.unsafe(madeUp);
      await tx.unsafe(trigger("audit_to_outbox"));
      await tx`insert into mine (seq) values (1)`;
    }),
  ).rejects.toMatchObject({ code: "42501" });
  expect(await queued()).toEqual([before]);
});

it("no function of the log's triggers is anybody's to attach", async () => {
  const found = await admin<{ name: string }[]>`
    select p.proname as name from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prorettype = 'trigger'::regtype and p.proname like 'audit\\_%'
      and (has_function_privilege(${database.roles.app}, p.oid, 'EXECUTE')
        or has_function_privilege(${database.roles.sealer}, p.oid, 'EXECUTE'))`;
  expect(found).toEqual([]);
});
