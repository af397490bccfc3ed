import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertEvents } from "../sealer/events-for-tests";
import { createLogDatabase, type LogDatabase } from "./databases";

type Login = "app" | "sealer";

/** What the runtime role may write of the log's tables, and why that takes no evidence away. Nothing else. */
const appMayWrite: Record<string, [rights: string, why: string]> = {
  audit_event: ["INSERT", "it records; on named columns, never id, time, place, salts or digests"],
  audit_counter: ["DELETE INSERT UPDATE", "counts of the open minute, which become events"],
  audit_adoption: ["INSERT", "a statement counts by the signature in it, whoever put it there"],
  audit_trouble: ["DELETE INSERT UPDATE", "what is wrong at the moment, for the alarms; no record"],
  audit_verification: ["DELETE INSERT UPDATE", "results of verifications, each of which is an event too"],
  audit_alarm: ["DELETE INSERT UPDATE", "alarms are told to people; no record"],
  audit_alarm_message: ["DELETE INSERT UPDATE", "messages about alarms on their way"],
};

/** The same of the sealer, which derives: what it writes can be made again from the events, or is signed. */
const sealerMayWrite: Record<string, [rights: string, why: string]> = {
  audit_outbox: ["DELETE", "it takes what it has sealed"],
  audit_head: ["INSERT UPDATE", "the size and the root"],
  audit_node: ["INSERT UPDATE", "nodes of the tree, whose root is signed"],
  audit_seal_tail: ["DELETE INSERT UPDATE", "the open tile"],
  audit_tile: ["DELETE INSERT UPDATE", "closed tiles, under the signed root"],
  audit_checkpoint: ["DELETE INSERT", "signed notes; a fork would be seen by whoever holds one of them"],
  audit_signing: ["INSERT UPDATE", "the state of the signing"],
  audit_rollup: ["DELETE INSERT UPDATE", "counts, which a recount compares with the events"],
  audit_facet: ["DELETE INSERT UPDATE", "sums of the counts"],
  audit_kind_seen: ["INSERT", "kinds of events that the log has, which a recount looks for"],
  audit_trouble: ["DELETE INSERT UPDATE", "what is wrong at the moment"],
};

/** Functions that run with their owner's rights and that a role may call, and why. */
const mayCall: Record<Login, Record<string, string>> = {
  app: {
    audit_make_partition: "an act may fall into a week that nobody made ahead; it makes an empty one",
    audit_choose_retention: "once, in the onboarding",
    audit_cutoff: "reads the retention",
    audit_erase_person: "commits only together with the event that records it",
  },
  sealer: {
    audit_cutoff: "reads the retention",
  },
};

let database: LogDatabase;
let admin: postgres.Sql;
let as: Record<Login, postgres.Sql>;
let tables: string[];

beforeAll(async () => {
  database = await createLogDatabase("enforced");
  const connect = (url: string) => postgres(url, { max: 1, onnotice: () => {} });
  admin = connect(database.urls.admin);
  as = { app: connect(database.urls.app), sealer: connect(database.urls.sealer) };
  await insertEvents(as.app, [{}]);
  tables = (
    await admin<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') and relname like 'audit\\_%'
      order by 1`
  ).map((row) => row.name);
});

afterAll(async () => {
  await Promise.all([admin, as.app, as.sealer].map((sql) => sql.end({ timeout: 5 })));
  await database.drop();
});

/** Rights to write on each table of the log, a right on one column counting as the right. */
async function rightsOf(login: Login): Promise<Record<string, string>> {
  const role = database.roles[login];
  const rows = await admin<{ name: string; rights: string }[]>`
    select c.relname as name, string_agg(p.kind, ' ' order by p.kind) as rights
    from pg_class c
    cross join unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN']) p (kind)
    where c.relnamespace = 'public'::regnamespace and c.relname = any (${tables})
      and case
        when p.kind in ('INSERT', 'UPDATE', 'REFERENCES')
          then has_table_privilege(${role}, c.oid, p.kind) or has_any_column_privilege(${role}, c.oid, p.kind)
        when p.kind = 'MAINTAIN' and current_setting('server_version_num')::int < 170000 then false
        else has_table_privilege(${role}, c.oid, p.kind) end
    group by 1`;
  return Object.fromEntries(rows.map((row) => [row.name, row.rights]));
}

const rightsIn = (list: Record<string, [rights: string, why: string]>) =>
  Object.fromEntries(Object.entries(list).map(([table, [rights]]) => [table, rights]));

describe("where roles are in force", () => {
  it("the runtime role writes only what the list gives a reason for", async () => {
    expect(tables.length).toBeGreaterThan(20);
    expect(await rightsOf("app")).toEqual(rightsIn(appMayWrite));
  });

  it("the sealer writes only what is derived, and never an event", async () => {
    expect(await rightsOf("sealer")).toEqual(rightsIn(sealerMayWrite));
  });

  it.each(["app", "sealer"] as const)(
    "%s is refused each change of each table that its list does not name",
    async (login) => {
      const list = login === "app" ? appMayWrite : sealerMayWrite;
      const taken: string[] = [];
      for (const table of tables) {
        const [rights = ""] = list[table] ?? [];
        const [column] = await admin<{ name: string }[]>`
          select attname as name from pg_attribute 
          where attrelid = ${table}::regclass and attnum > 0 and attidentity = '' order by attnum limit 1`;
        const changes: [right: string, statement: string][] = [
          ["INSERT", `insert into ${table} overriding system value select * from ${table} where false`],
          ["UPDATE", `update ${table} set "${column?.name}" = "${column?.name}" where false`],
          ["DELETE", `delete from ${table} where false`],
          ["TRUNCATE", `truncate ${table}`],
        ];
        for (const [right, statement] of changes) {
          if (rights.includes(right) && table !== "audit_event") continue;
          const outcome = await as[login].unsafe(statement).then(
            () => "done",
            (error: postgres.PostgresError) => error.code,
          );
          if (outcome !== "42501") taken.push(`${statement}: ${outcome}`);
        }
      }
      expect(taken).toEqual([]);
    },
  );

  it.each(["app", "sealer"] as const)(
    "%s calls only the privileged functions that its list names",
    async (login) => {
      const rows = await admin<{ name: string; path: string | null }[]>`
      select p.proname as name, (select c from unnest(p.proconfig) c where c like 'search_path=%') as path
      from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.prorettype <> 'trigger'::regtype
        and has_function_privilege(${database.roles[login]}, p.oid, 'EXECUTE')
      order by 1`;
      expect(rows.map((row) => row.name)).toEqual(Object.keys(mayCall[login]).sort());
      // Without a fixed path whoever calls it decides what its names mean.
      expect(
        rows.filter((row) => !/^search_path=(pg_catalog, )?public, pg_temp$/.test(row.path ?? "")),
      ).toEqual([]);
    },
  );

  it.each([
    "insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, version) values (1, 'a', 'A', 'access', 'M', 'success', 'system', 'system', 't', 't', 'l', 'v')",
    "select nextval('audit_event_seq')",
    "update audit_event set actor_salt = null",
    "insert into audit_outbox (org_id, event_id, occurred_at) values (1, gen_random_uuid(), now())",
    "update audit_outbox set position = default",
    "update audit_checkpoint set note = ''",
    "update audit_config set retention_days = 1",
    "select audit_prune_edge()",
  ])("the sealer cannot: %s", async (statement) => {
    await expect(as.sealer.unsafe(statement)).rejects.toMatchObject({ code: "42501" });
  });

  it.each([
    "select from audit_event for update",
    "merge into audit_event e using (select 1) s on true when matched then delete",
    "insert into audit_adoption (org_id, origin, note) values (1, 'x', 'x') on conflict (org_id, origin) do update set note = 'y'",
    "create trigger mine before insert on audit_event for each row execute function audit_mark_demo_event()",
    "create rule mine as on insert to audit_event do instead nothing",
    "alter table audit_event add column mine int",
    "create index on audit_event (action)",
    "comment on table audit_event is 'x'",
    "select lo_import('/etc/passwd')",
    "copy audit_event to program 'true'",
    "create function mine() returns int language sql as 'select 1'",
  ])("neither role can: %s", async (statement) => {
    for (const login of ["app", "sealer"] as const)
      await expect(as[login].unsafe(statement), login).rejects.toMatchObject({ code: "42501" });
  });

  it("neither role can become another one", async () => {
    for (const login of ["app", "sealer"] as const)
      for (const role of [database.roles.owner, database.roles.maintenance, "postgres"]) {
        await expect(as[login].unsafe(`set role "${role}"`)).rejects.toMatchObject({ code: "42501" });
        await expect(as[login].unsafe(`set session authorization "${role}"`)).rejects.toMatchObject({
          code: "42501",
        });
        await expect(as[login].unsafe(`grant "${role}" to current_user`)).rejects.toMatchObject({
          code: "42501",
        });
      }
  });
});
