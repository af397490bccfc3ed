import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recount } from "@/lib/audit/seal/recount";
import { modes } from "../append-only/databases";
import { variedEvents } from "../sealer/events-for-tests";
import {
  admin,
  app,
  close,
  database,
  daysAgo,
  insertAt,
  open,
  rows,
  run,
  sealAll,
  stands,
} from "./retention-world";

afterEach(close);

const trouble = async () =>
  (await app<{ detail: string }[]>`select detail from audit_trouble where kind = 'cleanup_refused'`)[0]
    ?.detail ?? null;

describe.each(modes)("tables that pass for weeks of the log (%s)", (mode) => {
  beforeEach(() => open(mode));

  it("hold up no cleanup of the others, stay as they are, and are named until they are gone", async () => {
    await insertAt(daysAgo(200), variedEvents(3));
    await insertAt(daysAgo(3), variedEvents(2));
    await sealAll();
    // Of the future, of no week at all, of another shape, and with an event of another week.
    await admin.unsafe(`
      create table audit_event_2099w01 (like audit_event);
      create table audit_event_2020w60 (like audit_event);
      create table audit_event_2021w07 (x int);
      create table audit_event_2021w08 (like audit_event);
      insert into audit_event_2020w60 select * from audit_event limit 1;
      insert into audit_event_2021w08 select * from audit_event limit 1`);
    const planted = ["2099w01", "2020w60", "2021w07", "2021w08"].map((week) => `audit_event_${week}`);
    // Made with the owner's rights: then nothing but their content is in the way.
    if (mode === "enforced")
      for (const name of planted) await admin.unsafe(`alter table ${name} owner to ${database.roles.owner}`);
    const cleaned = await run();
    expect(cleaned).toMatchObject({ ran: true, removed: 3 });
    expect(cleaned.droppedPartitions).not.toEqual(expect.arrayContaining(planted));
    expect(await rows()).toBe(2);
    for (const name of planted) expect(await stands(name), name).toBe(true);
    expect(await trouble()).toMatch(
      /audit_event_2020w60 .*audit_event_2021w07 .*audit_event_2021w08 .* and 1 more/,
    );
    expect(await recount(app)).toEqual([]);

    for (const name of planted) await admin.unsafe(`drop table ${name}`);
    expect(await run()).toMatchObject({ ran: true, removed: 0 });
    expect(await trouble()).toBeNull();
  });
});
