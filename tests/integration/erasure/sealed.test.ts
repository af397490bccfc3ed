import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { csv } from "@/lib/audit/export/formats/csv";
import { json } from "@/lib/audit/export/formats/json";
import { verifiable } from "@/lib/audit/export/formats/verifiable";
import { toHex } from "@/lib/audit/proof/bytes";
import { type EventStatus, eventStatus } from "@/lib/audit/proof/event-status";
import { verifyEventProof } from "@/lib/audit/proof/verify/verify-event-proof";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { emptyFilter } from "@/lib/audit/query/filter";
import { globalAuditPage } from "@/lib/features/audit-log/queries";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { ask, keyOf, records } from "../audit-api/api-harness";
import { notedKey, runEnclosedVerifier } from "../exports/check-offline";
import { make } from "../exports/make-file";
import { readCsv, readVerifiable } from "../exports/read-files";
import { sealAll } from "../exports/sealing";
import { done, giveRole, guruOf, textIn } from "../gurus/guru-for-tests";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { eventLeaves, expectTree, expectWholeLog } from "../sealer/sealed-log";

const email = "ada@halden.example";
let product: TestProduct;
let owner: UserPrincipal;
let ada: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  ada = await product.person(email);
});
afterAll(() => product.close());

/** Events of the person in a closed tile, in the open one, and not sealed at all. */
async function fillLog(): Promise<void> {
  guru = await guruOf(ada);
  await textIn(guru.slug, ada, "Rollback", "Roll back with one command.");
  await insertEvents(product.admin, variedEvents(1_100));
  await textIn(guru.slug, ada, `Written to ${email}`, "Ask her.");
  await sealAll(product);
  await textIn(guru.slug, ada, "Later", "Not sealed yet.");
  await giveRole(guru.id, owner, "maintainer");
}

const state = async () => ({
  leaves: (await eventLeaves(product.admin)).map(toHex),
  head: (await product.admin`select size::text, root from audit_head`)[0],
  notes: (await product.admin`select note from audit_checkpoint order by size`).map((row) => row.note),
});
const statusOf = async (id: string): Promise<EventStatus> => {
  const [row] = await product.admin<{ micros: string }[]>`
    select (extract(epoch from occurred_at) * 1000000)::bigint::text as micros from audit_event where id = ${id}`;
  return eventStatus(product.admin, 1, { id, micros: row?.micros ?? "" });
};

it("takes the person out of the log and leaves every leaf, root, checkpoint and proof as it was", async () => {
  await fillLog();
  const before = await state();
  await expectTree(product.admin, await eventLeaves(product.admin));
  const [firstOfHers] = await product.events("guru.created");
  const id = firstOfHers?.id ?? "";
  const then = await statusOf(id);
  if (then.state !== "verified") throw new Error("not sealed before the erasure");

  const { events } = done(
    await erasePerson.execute({
      principal: owner,
      request: testRequest,
      input: { accountId: ada.accountId, confirmation: email },
    }),
  );
  // Her guru and three sources; nobody else's events.
  expect(events).toBe(4);

  expect(await state()).toEqual(before);
  await sealAll(product);
  const after = await state();
  expect(after.leaves.slice(0, before.leaves.length)).toEqual(before.leaves);
  await expectWholeLog(product.admin, after.leaves.length);

  // The proof from before holds her name and verifies; the one of now holds none, and verifies too.
  const now = await statusOf(id);
  if (now.state !== "verified") throw new Error(`does not verify: ${JSON.stringify(now)}`);
  expect(now.index).toBe(then.index);
  const proofs = [then.proof, now.proof].map((proof) => JSON.stringify(proof));
  for (const proof of proofs)
    expect(verifyEventProof(proof, { pinned: [] })).toMatchObject({ record: { id }, findings: [] });
  expect(proofs.map((proof) => proof.includes(email))).toEqual([true, false]);
  expect(now.proof.record.actor).toEqual({ digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(now.proof.record).toMatchObject({ account: ada.accountId, guru: guru.id, action: "guru.created" });

  expect(await verifyLog(await ownTask(1))).toMatchObject({
    findings: [],
    erased: 4,
    size: after.leaves.length,
  });
});

it("is shown as erased by page, API and every export, and found by account and guru", async () => {
  const name = `Erased person ${ada.accountId.slice(-6)}`;
  const page = async (filter: object) =>
    done(
      await globalAuditPage.execute({
        principal: owner,
        request: testRequest,
        input: { filter: { ...emptyFilter, ...filter } },
      }),
    );
  const mine = await page({ actor: [ada.accountId] });
  const total = async () => (await (await page({ actor: [ada.accountId] })).counts)?.total;
  await expect.poll(total, { timeout: 15_000 }).toEqual({ count: 4, exact: true });
  expect(mine.rows.map((row) => row.actor.erased)).toEqual([name, name, name, name]);
  expect(mine.facets.actor.find((c) => c.value === ada.accountId)).toMatchObject({ label: name, count: 4 });
  const [later, written] = mine.rows;
  expect(later).toMatchObject({
    object: "TEXT - Later",
    erased: { actor: true, subject: false },
    guru: { name: "Platform docs" },
    ip: null,
  });
  // The source whose title held the address; its guru is still known by its id.
  expect(written).toMatchObject({
    object: "[erased]",
    erased: { actor: true, subject: true },
    guru: { slug: guru.slug, name: "Platform docs" },
  });
  expect((await page({ guru: [guru.slug] })).rows).toHaveLength(4);
  expect((await page({ actor: [email] })).rows).toEqual([]);
  expect((await page({ q: "ada@" })).rows).toEqual([]);
  expect((await page({ operation: ["ERASE_PERSON"] })).rows).toMatchObject([
    { object: "Audit log", actor: { email: owner.email } },
  ]);

  const key = await keyOf(owner);
  const answered = await records(ask(`?view=full&actor=${ada.accountId}`, { key }));
  expect(answered).toHaveLength(4);
  for (const record of answered)
    expect(record).toMatchObject({ actorEmail: null, ip: null, actorId: ada.accountId });

  for (const format of [csv, json]) {
    const text = (await make(format)).bytes.toString("utf8");
    expect(text).not.toContain("ada@");
    expect(text).toContain(ada.accountId.slice(-6));
  }
  const rows = readCsv((await make(csv, { actor: [ada.accountId] })).bytes.toString("utf8"));
  expect(rows.slice(1).map((row) => [row[1], row[2], row[3], row[7]])).toEqual([
    [name, "-", "Platform docs", "TEXT - Later"],
    [name, "-", "[erased]", "[erased]"],
    [name, "-", "Platform docs", "TEXT - Rollback"],
    [name, "-", "[erased]", "[erased]"],
  ]);
});

it("leaves a verifiable export that the enclosed verifier accepts", async () => {
  const { bytes } = await make(verifiable);
  const outcome = await runEnclosedVerifier(bytes, await notedKey(product));
  expect(outcome).toMatchObject({ exit: 0, verified: true, findings: [] });
  const { events } = readVerifiable(bytes);
  expect(JSON.stringify(events)).not.toContain("ada@");
  const hers = events.filter((record) => record.account === ada.accountId);
  expect(hers.map((record) => Object.keys(record.actor))).toEqual([
    ["digest"],
    ["digest"],
    ["digest"],
    ["digest"],
  ]);
});
