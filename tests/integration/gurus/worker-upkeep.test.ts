import { describe, expect, it } from "vitest";
import { completeIndexing } from "@/lib/features/data-sources/commands/complete-indexing";
import { failIndexing } from "@/lib/features/data-sources/commands/fail-indexing";
import { requeueSilent } from "@/lib/features/data-sources/indexing/runs";
import { testRequest as request } from "@/tests/support/product";
import { textIn } from "./guru-for-tests";
import { eventsOf, guru, member, product, start, statusIs, until, withWorkerProduct } from "./worker-harness";

withWorkerProduct();

describe("the worker's upkeep", () => {
  it("lets nobody but System end an indexing", async () => {
    const id = await textIn(guru.slug, member, "Forged", "forged");
    for (const command of [completeIndexing, failIndexing]) {
      const input =
        command === failIndexing
          ? { dataSourceId: id, run: 1, claim: 1, message: "x" }
          : { dataSourceId: id, run: 1, claim: 1, passages: 1 };
      expect(await command.execute({ principal: member, request, input })).toMatchObject({
        ok: false,
        code: "not_found",
      });
    }
    expect((await eventsOf(id)).map((e) => e.operation)).toEqual(["ADD_DATASOURCE"]);
  });

  it("closes counters, forgets what is outdated and queues what fell silent, at its start", async () => {
    await product.admin`
      insert into audit_counter (kind, principal, target, minute, count, first_at, last_at, event)
      values ('access.denied', 'user:x', 't', now() - interval '2 minutes', 3, now() - interval '2 minutes', now() - interval '2 minutes',
        ${product.admin.json({
          action: "access.denied",
          orgId: 1,
          actor: { type: "user", id: member.accountId, email: member.email, ip: null, userAgent: null },
          accountId: member.accountId,
          guru: null,
          targetId: member.accountId,
          label: "counted",
          details: { permission: "guru:see", asked: "counted" },
        })})`;
    await product.admin`insert into attempt (principal, attempt_id, command, input_digest, outcome, created_at) values ('p', 'old', 'c', '', 'ok', now() - interval '25 hours'), ('p', 'new', 'c', '', 'ok', now())`;
    await product.admin`insert into sign_in_delay (kind, key, last_failure_at) values ('account', 'old', now() - interval '16 minutes'), ('account', 'new', now())`;
    await start();
    const counted = await until("the counter's event", async () =>
      (await product.events("access.denied")).find((e) => e.target_label === "counted"),
    );
    expect(counted.details).toMatchObject({ count: 2 });
    await until(
      "forgetting",
      async () =>
        (await product.admin`select 1 from sign_in_delay`).length === 1 &&
        (await product.admin`select 1 from attempt where principal = 'p'`).length === 1,
    );
    expect(await requeueSilent()).toBe(0);
  });

  it("goes on when its connection to the queue is cut", async () => {
    await start();
    await product.admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gurulog worker' and datname = current_database()`;
    const id = await textIn(guru.slug, member, "After the cut", "after the cut");
    await statusIs(id, "SUCCESS");
  });
});
