import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { testRequest as request, type TestProduct } from "@/tests/support/product";
import { sealAll } from "../exports/sealing";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { insertEvents, until } from "../sealer/events-for-tests";

import { type ErasureWorld, erasureWorld } from "./erasure-world";

let product: TestProduct;
let owner: UserPrincipal;
let newPerson: ErasureWorld["newPerson"];
let eraseThem: ErasureWorld["eraseThem"];
let row: ErasureWorld["row"];

beforeAll(async () => {
  ({ product, owner, newPerson, eraseThem, row } = await erasureWorld());
});
afterAll(() => product.close());

describe("a log that was changed past the product", () => {
  it.each([
    [
      "altered",
      "update audit_event set operation = 'X' where id = $1",
      "update audit_event set operation = 'CREATE_GURU' where id = $1",
    ],
    ["without a salt", "update audit_event set actor_salt = null where id = $1", null],
  ])("is not erased over: an event %s", async (_, change, back) => {
    const person = await newPerson();
    await guruOf(person);
    await sealAll(product);
    const event = (await product.events("guru.created")).at(-1);
    const tamper = (text: string) =>
      product.admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx.unsafe(text, [event?.id ?? ""]);
      });
    await tamper(change);
    const answer = await eraseThem(person);
    expect(answer).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("Verify the log first"),
    });
    expect(await product.admin`select email from account where id = ${person.accountId}`).toHaveLength(1);
    expect((await row(event?.id ?? ""))?.actor_email).toBe(person.email);
    if (back === null) return;
    await tamper(back);
    done(await eraseThem(person));
  });
});

describe("an act that is under way", () => {
  it("of the person fails when it comes after the erasure, and is erased when it came before", async () => {
    const person = await newPerson();
    const early = postgres(product.runtime.urls.app, { max: 1 });
    const write = (tx: postgres.TransactionSql | postgres.Sql) =>
      insertEvents(tx, [
        {
          actor_type: "user",
          actor_id: person.accountId,
          account_id: person.accountId,
          actor_email: person.email,
        },
      ]);
    let commit = () => {};
    let written = () => {};
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const acting = early.begin(async (tx) => {
      const [event] = await write(tx);
      written();
      await new Promise<void>((resolve) => {
        commit = resolve;
      });
      return event?.id ?? "";
    });
    await isWritten;
    const erasing = eraseThem(person);
    await until(
      "the erasure waits for the act",
      async () =>
        (
          await product.admin`select from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())`
        ).length > 0,
    );
    const late = guruOf(person, { name: "Too late" }).then(
      () => "done",
      (error: Error) => error.message,
    );
    commit();
    const id = await acting;
    done(await erasing);
    expect(await row(id)).toMatchObject({ actor_email: null });
    expect(await late).toContain("refused: ");
    expect((await product.admin`select from guru where name = 'Too late'`).length).toBe(0);
    // Whoever still has the principal of before cannot record anything either.
    await expect(write(product.admin)).rejects.toMatchObject({ code: "GE005" });
    expect(await product.admin`select from audit_event where actor_email = ${person.email}`).toHaveLength(0);
    await early.end();
  });

  it("of many kinds and all at once: none names the person afterwards, and none is half done", async () => {
    const person = await newPerson();
    const first = await guruOf(owner);
    await giveRole(first.id, person, "maintainer");
    const acts = Array.from({ length: 24 }, (_, i) =>
      i % 3 === 0
        ? guruOf(person, { name: `By ${i}` })
        : i % 3 === 1
          ? createApiKey.execute({
              principal: person,
              request,
              input: { name: `k${i}`, scopes: [], expiresInDays: null },
            })
          : guruOf(owner).then((g) =>
              addMaintainer.execute({
                principal: owner,
                request,
                input: { guru: g.slug, email: person.email },
              }),
            ),
    );
    const settled = Promise.allSettled(acts);
    const answer = await eraseThem(person);
    await settled;
    done(answer);
    expect(
      await product.admin`select from audit_event where lower(concat_ws(' ', actor_email, target_label, metadata, changes, details)) like ${`%${person.email}%`}`,
    ).toHaveLength(0);
    const [lost] = await product.admin`
      select count(*)::int as n from guru g where not exists (select from audit_event e where e.guru_id = g.id and e.action = 'guru.created')`;
    expect(lost?.n).toBe(0);
    expect(await product.admin`select from guru_role where account_id = ${person.accountId}`).toHaveLength(0);
  });
});
