import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prune } from "@/lib/audit/retention/prune";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { insertEvents, setClock } from "../sealer/events-for-tests";
import { createLogDatabase, type LogDatabase, modes } from "./databases";

const logins = ["app", "sealer", "maintenance"] as const;

describe.each(modes)("the log is append-only (%s)", (mode) => {
  let database: LogDatabase;
  let as: Record<(typeof logins)[number], postgres.Sql>;
  let partitions: string[];

  beforeAll(async () => {
    database = await createLogDatabase(mode);
    const connect = (url: string) => postgres(url, { max: 2, onnotice: () => {} });
    as = {
      app: connect(database.urls.app),
      sealer: connect(database.urls.sealer),
      maintenance: connect(database.urls.maintenance),
    };
    await insertEvents(as.app, [{}, {}]);
    partitions = (await as.app<{ name: string }[]>`select name from audit_partitions()`).map(
      (row) => row.name,
    );
    expect(partitions.length).toBeGreaterThan(4);
  });

  afterAll(async () => {
    await Promise.all(Object.values(as).map((sql) => sql.end({ timeout: 5 })));
    await database.drop();
  });

  const changes = [
    (table: string) => `update ${table} set outcome = 'success'`,
    (table: string) => `delete from ${table}`,
    (table: string) => `truncate ${table}`,
  ];

  it.each(logins)(
    "plain UPDATE, DELETE and TRUNCATE by %s are refused on the parent and on every partition",
    async (login) => {
      for (const table of ["audit_event", ...partitions]) {
        for (const change of changes) {
          await expect(as[login].unsafe(change(table)), change(table)).rejects.toMatchObject({
            code: "42501",
          });
        }
      }
      expect(await as.app`select from audit_event`).toHaveLength(2);
    },
  );

  it("the trigger refuses them even where a right was granted", async () => {
    const admin = postgres(database.urls.admin, { max: 1, onnotice: () => {} });
    await admin.unsafe(
      `grant update, delete, truncate on audit_event, ${partitions.join(", ")} to "${database.roles.app}"`,
    );
    for (const table of ["audit_event", ...partitions]) {
      for (const change of changes) await expect(as.app.unsafe(change(table))).rejects.toThrow(/append-only/);
    }
    if (mode === "enforced") {
      await admin.unsafe(
        `revoke update, delete, truncate on audit_event, ${partitions.join(", ")} from "${database.roles.app}"`,
      );
    }
    await admin.end();
  });

  it("a week made later is guarded too", async () => {
    const [made] = await as.maintenance<
      { name: string }[]
    >`select audit_make_partition(now() + interval '20 weeks') as name`;
    const name = made?.name ?? "";
    expect(partitions).not.toContain(name);
    for (const login of logins) {
      for (const change of changes)
        await expect(as[login].unsafe(change(name))).rejects.toMatchObject({ code: "42501" });
    }
  });

  it("the runtime may ask for the week of an act, and for no other", async () => {
    const [made] = await as.app<{ name: string }[]>`select audit_make_partition(now()) as name`;
    expect(partitions).toContain(made?.name);
    if (mode === "guard-rail") return;
    for (const other of ["20 weeks", "-3 weeks"])
      await expect(as.app`select audit_make_partition(now() + ${other}::interval)`).rejects.toMatchObject({
        code: "42501",
      });
  });

  it("cleanup removes what is behind the cut-off, and nothing else", async () => {
    await as.maintenance`select audit_make_partition(now() - interval '200 days')`;
    await as.maintenance.begin(async (tx) => {
      if (mode === "guard-rail") await tx`select set_config('gurulog.privileged', 'on', true)`;
      await setClock(tx, new Date(Date.now() - 200 * 86_400_000).toISOString());
      await insertEvents(tx, [{}]);
    });
    expect(await as.app`select from audit_event`).toHaveLength(3);
    while ((await sealBatch(as.sealer, 1000)) > 0);
    const pruned = await prune({ maintenanceUrl: database.urls.maintenance, roles: database.roles, mode });
    expect(pruned.removed).toBe(1);
    expect(await as.app`select from audit_event`).toHaveLength(2);
    // The door is shut again behind it.
    await expect(as.maintenance`delete from audit_event`).rejects.toThrow(/append-only/);
  });
});

describe("the runtime role", () => {
  let database: LogDatabase;
  let app: postgres.Sql;

  beforeAll(async () => {
    database = await createLogDatabase("enforced");
    app = postgres(database.urls.app, { max: 1, onnotice: () => {} });
    await insertEvents(app, [{}]);
  });

  afterAll(async () => {
    await app.end({ timeout: 5 });
    await database.drop();
  });

  it.each([
    ["id", "gen_random_uuid()"],
    ["occurred_at", "now()"],
    ["seq", "1"],
    ["entry_version", "2"],
    ["actor_salt", "'\\x00'::bytea"],
    ["subject_salt", "null"],
    ["actor_digest", "'\\x00'::bytea"],
    ["subject_digest", "'\\x00'::bytea"],
  ])("cannot write %s", async (column, value) => {
    const insert = (columns: string, values: string) =>
      app.unsafe(`insert into audit_event
        (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, version${columns})
        values (1, 'a', 'A', 'access', 'M', 'success', 'system', 'system', 't', 't', 'l', 'v'${values})`);
    await expect(insert(`, ${column}`, `, ${value}`)).rejects.toMatchObject({ code: "42501" });
    await insert("", "");
  });

  it.each([
    "insert into audit_outbox (org_id, event_id, occurred_at) values (1, gen_random_uuid(), now())",
    "delete from audit_outbox",
    "truncate audit_outbox",
    "update audit_head set size = 0",
    "insert into audit_head (org_id, size) values (9, 9)",
    "delete from audit_seal_tail",
    "delete from audit_tile",
    "insert into audit_checkpoint (org_id, size, root, note) values (1, 1, '', '')",
    "update audit_rollup set count = 0",
    "delete from audit_facet",
    "update audit_config set logging_enabled = false",
    "update audit_config set retention_days = 1",
    "insert into audit_config default values",
    "select setval('audit_event_seq', 1)",
    "select audit_prune_edge()",
    "select audit_prune_rollups()",
    "alter table audit_event disable trigger all",
    "drop table audit_event",
    "drop trigger audit_event_no_change on audit_event",
    "create or replace function audit_cutoff() returns timestamptz language sql as 'select now()'",
    "create table mine (a int)",
    "set session_replication_role = replica",
  ])("cannot: %s", async (statement) => {
    await expect(app.unsafe(statement)).rejects.toMatchObject({ code: "42501" });
  });

  it("cannot insert into a partition past the outbox", async () => {
    const [week] = await app<
      { name: string }[]
    >`select name from audit_partitions() where starts <= now() and ends > now()`;
    await expect(app`insert into ${app(week?.name ?? "")} (org_id) values (1)`).rejects.toMatchObject({
      code: "42501",
    });
  });

  it("cannot turn the clock back, nor open the guard rail", async () => {
    const [before] = await app<{ now: Date }[]>`select clock_timestamp() as now`;
    await app.begin(async (tx) => {
      await setClock(tx, "2025-01-01T00:00:00Z");
      await tx`select set_config('gurulog.privileged', 'on', true)`;
      const [event] = await insertEvents(tx, [{}]);
      expect(Number(event?.micros) / 1000).toBeGreaterThanOrEqual((before?.now ?? new Date()).getTime() - 1);
      expect(Number.parseInt((event?.id ?? "").replaceAll("-", "").slice(0, 12), 16)).toBeGreaterThanOrEqual(
        (before?.now ?? new Date()).getTime() - 1,
      );
      await tx
        .savepoint((sp) => sp`delete from audit_event`)
        .catch((error: unknown) => {
          expect(error).toMatchObject({ code: "42501" });
        });
    });
    const temporary =
      await app`select count(*)::int as n from audit_event where occurred_at < ${before?.now ?? ""}::timestamptz - interval '1 day'`;
    expect(temporary[0]?.n).toBe(0);
  });
});
