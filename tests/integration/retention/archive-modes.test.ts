import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prune } from "@/lib/audit/retention/prune";
import { createLogDatabase, type LogDatabase, modes } from "../append-only/databases";
import { insertEvents, setClock, variedEvents } from "../sealer/events-for-tests";
import { daysAgo } from "./archive-world";

describe.each(modes)("cleanup and the archive (%s)", (mode) => {
  let database: LogDatabase;
  let admin: postgres.Sql;
  beforeEach(async () => {
    database = await createLogDatabase(mode);
    admin = postgres(database.urls.admin, { max: 1, onnotice: () => {} });
  });
  afterEach(async () => {
    await admin.end({ timeout: 5 });
    await database.drop();
  });

  async function insertAt(at: string, count: number): Promise<void> {
    await admin`select audit_make_partition(${at}::timestamptz)`;
    await admin.begin(async (tx) => {
      await tx`select set_config('gurulog.privileged', 'on', true)`;
      await setClock(tx, at);
      await insertEvents(tx, variedEvents(count));
    });
    // As if sealed: what waits for the sealer is another test's.
    await admin`delete from audit_outbox`;
  }

  it("removes neither a whole week nor the day at the edge while archiving is on and nothing is archived", async () => {
    const run = () => prune({ maintenanceUrl: database.urls.maintenance, roles: database.roles, mode });
    await insertAt(daysAgo(200), 50);
    await insertAt(daysAgo(91), 4);
    await admin`update audit_config set archive = true`;
    expect(await run()).toMatchObject({ ran: true, removed: 0, droppedPartitions: [] });
    expect(await admin`select from audit_event`).toHaveLength(54);
    // An archive of another number of events is none of this day.
    const archived = (events: number, part: number) => admin`
      insert into audit_archive_day (org_id, day, part, file, bytes, sha256, events, tree_size)
      values (1, ${daysAgo(200)}::date, ${part}, 'day.zip', 1, sha256(''), ${events}, 54)`;
    await archived(49, 1);
    expect((await run()).removed).toBe(0);
    await archived(50, 2);
    expect((await run()).removed).toBe(50);
    await admin`update audit_config set archive = false`;
    expect((await run()).removed).toBe(4);
  });
});
