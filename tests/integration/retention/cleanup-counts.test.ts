import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recount } from "@/lib/audit/seal/recount";
import { modes } from "../append-only/databases";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { admin, app, close, daysAgo, insertAt, open, run, sealAll } from "./retention-world";

afterEach(close);

describe.each(modes)("what a cleanup counts (%s)", (mode) => {
  beforeEach(() => open(mode));

  it("counts on from the last cleanup's event, and takes no other event for one", async () => {
    await insertAt(daysAgo(200), variedEvents(3));
    const told = (model: string, removedInAll: number) =>
      admin`insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
          target_type, target_id, target_label, details, version)
        values (1, 'audit.pruned', 'PRUNE_AUDIT_LOGS', 'deleted', ${model}, 'success', 'system', 'system',
          'org', '1', 'Audit log', ${admin.json({ removedInAll })}, 'test')`;
    await told("AuditLog", 12);
    await told("AuditLog", 40);
    await told("GuruType", 9_000);
    await sealAll();
    expect(await run()).toMatchObject({ removed: 3, removedInAll: 43 });
    // As the first of the two would have recorded itself.
    await insertAt(daysAgo(200), variedEvents(2));
    await sealAll();
    await told("AuditLog", 43);
    expect(await run()).toMatchObject({ removed: 2, removedInAll: 45 });
    expect(await recount(app)).toEqual([]);
  });

  it("takes away choices that only what was removed had, and leaves the others with what is left", async () => {
    const of = (operation: string, count: number) =>
      Array.from({ length: count }, () => ({ operation, outcome: "success" as const }));
    await insertAt(daysAgo(200), [...of("ONLY_OLD", 4), ...of("OLD_AND_NEW", 5)]);
    await insertEvents(app, of("OLD_AND_NEW", 2));
    await admin`update audit_config set retention_days = 400`;
    await sealAll();
    await admin`update audit_config set retention_days = null`;
    const operations = async () =>
      (
        await app<{ value: string; count: number }[]>`
          select value, count::int from audit_facet where dimension = 'operation' and scope = '00000000-0000-0000-0000-000000000000'
          order by value collate "C"`
      ).map(({ value, count }) => [value, count]);
    expect(await operations()).toEqual([
      ["OLD_AND_NEW", 7],
      ["ONLY_OLD", 4],
    ]);
    expect((await run()).removed).toBe(9);
    expect(await operations()).toEqual([["OLD_AND_NEW", 2]]);
    expect(await recount(app)).toEqual([]);
  });
});
