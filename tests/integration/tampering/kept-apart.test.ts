import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { cleanUp } from "../../../scripts/serve/cleanup";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";
import { detachOnly, recordAged } from "./aged-log";

let log: SigningHarness;
beforeEach(async () => {
  log = await signingHarness();
});
afterEach(() => log.close());

const verify = async () => verifyLog(await ownTask(1));

/** Moves the events from one place to another, as they are, into a table beside the log. @returns their ids */
async function moveInto(table: string, [from, to]: [number, number]): Promise<string[]> {
  await log.asOwner(async (tx) => {
    await tx`create table if not exists ${tx(table)} (like audit_event)`;
    // A week that was detached keeps out what is not of it, until somebody lets it in.
    await tx`alter table ${tx(table)} drop constraint if exists ${tx(`${table}_occurred_at_check`)}`;
    await tx`grant select on ${tx(table)} to public`;
    await tx`
      with moved as (
        delete from audit_event where id in (select event_id from audit_seal_tail where index between ${from} and ${to})
        returning *)
      insert into ${tx(table)} select * from moved`;
  });
  const rows = await log.admin<{ id: string }[]>`
    select event_id as id from audit_seal_tail where index between ${from} and ${to} order by occurred_at, event_id`;
  return rows.map((row) => row.id);
}

const namesAll = (ids: string[], table: string) =>
  ids.map((id) => ({
    kind: "removed",
    id,
    message: expect.stringContaining(`apart from the log, in ${table}`),
  }));

describe("events that were moved out of the log, as they were sealed, into a table with a week's name", () => {
  it.each(["audit_event_2099w01", "audit_event_2019w01", "audit_event_2024w99", "audit_event_0000w00"])(
    "%s: each is named",
    async (table) => {
      await log.grow(20);
      await log.signed();
      const ids = await moveInto(table, [5, 7]);
      expect((await verify()).findings).toMatchObject(namesAll(ids, table));
    },
  );

  it("a hundred of a week are named, the others counted", async () => {
    await log.grow(120);
    await log.signed();
    const ids = await moveInto("audit_event_2019w01", [0, 109]);
    const { findings } = await verify();
    expect(findings.slice(0, 100)).toMatchObject(namesAll(ids.slice(0, 100), "audit_event_2019w01"));
    expect(findings.slice(100)).toMatchObject([
      { kind: "removed", message: expect.stringMatching(/^10 more events/) },
    ]);
  });

  it("among the expired ones of a week that a cleanup has left: no cleanup removes them with it", async () => {
    await recordAged(log, 100);
    await log.grow(20);
    await log.signed();
    const week = await detachOnly(log);
    const ids = await moveInto(week, [35, 36]);
    const expected = namesAll(ids, week);
    expect((await verify()).findings).toMatchObject(expected);
    await cleanUp({ onlyWhenDue: false });
    const [trouble] = await log.admin`select detail from audit_trouble where kind = 'cleanup_refused'`;
    expect(trouble?.detail).toContain(`in ${week} stand events that are not of this week`);
    expect(await log.admin`select from ${log.admin(week)}`).toHaveLength(32);
    expect(await verify()).toMatchObject({ events: 50, expired: 0, findings: expected });
  });
});

describe("a week within the retention that stands apart from the log", () => {
  const apart = /^The week audit_event_\d{4}w\d{2} stands apart from the log/;
  beforeEach(async () => {
    await recordAged(log, 30);
    await log.grow(20);
    await log.signed();
    const [week] = await log.admin`
      select tableoid::regclass::text as name from audit_event where occurred_at < now() - interval '29 days' limit 1`;
    await log.admin.unsafe(`alter table audit_event detach partition ${week?.name}`);
  });

  it("lets nobody be told that the log is whole, until the next cleanup has brought it back", async () => {
    await expect(verify()).rejects.toMatchObject({
      name: "NotChecked",
      message: expect.stringMatching(apart),
    });
    await cleanUp({ onlyWhenDue: false });
    expect(await verify()).toMatchObject({ events: 50, findings: [] });
  });

  it("is named with whatever else is found", async () => {
    await log.asOwner(
      (tx) =>
        tx`update audit_event set target_label = 'another' where id = (select event_id from audit_seal_tail where index = 40)`,
    );
    expect((await verify()).findings).toMatchObject([
      { kind: "changed", index: 40 },
      { kind: "removed", message: expect.stringMatching(apart) },
    ]);
  });
});
