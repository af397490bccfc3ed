import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { holdSecret, secretValue } from "@/lib/access/secrets";
import { db } from "@/lib/db/client";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { deleteSecret } from "@/lib/features/secrets/commands/delete-secret";
import { readSecret } from "@/lib/features/secrets/commands/read-secret";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { guruSecrets } from "@/lib/features/secrets/queries";
import { setRuntime } from "@/lib/platform/runtime";
import {
  breakTheLog,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";

let product: TestProduct;
let maintainer: UserPrincipal;
let viewer: UserPrincipal;
let stranger: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  maintainer = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  stranger = await product.person("stranger@halden.example");
  guru = await guruOf(maintainer);
  await giveRole(guru.id, viewer, "viewer");
});
afterAll(() => product.close());

const write = (name: string, value: string, by = maintainer, into = guru.slug) =>
  writeSecret.execute({ principal: by, request, input: { guru: into, name, secretValue: value } });
const read = (id: string, by = maintainer, from = guru.slug) =>
  readSecret.execute({ principal: by, request, input: { guru: from, id } });
const remove = (id: string, by = maintainer, from = guru.slug) =>
  deleteSecret.execute({ principal: by, request, input: { guru: from, id } });
const listed = async () => {
  const list = await guruSecrets.execute({ principal: maintainer, request, input: guru.slug });
  if (!list.ok) throw new Error(list.code);
  return list.value.secrets;
};
/** A source that names the secret, behind the commands' back. */
const use = (name: string, title: string) =>
  product.admin`
    insert into data_source (guru_id, kind, title, sha256, settings)
    values (${guru.id}, 'GITHUB_REPO', ${title}, '\\x00', ${JSON.stringify({ secret: name })}::text::jsonb)`;

describe("write-secret", () => {
  it("stores a value sealed, and records that it was made or changed, never the value", async () => {
    const made = done(await write("GITHUB_TOKEN", "ghp-first-value"));
    expect(made).toEqual({ id: made.id, name: "GITHUB_TOKEN", isNew: true });
    const changed = done(await write("GITHUB_TOKEN", "ghp-second-value"));
    expect(changed).toEqual({ id: made.id, name: "GITHUB_TOKEN", isNew: false });
    expect(await secretValue(guru.id, "GITHUB_TOKEN")).toBe("ghp-second-value");

    const events = await product.events("secret.written");
    expect(
      events.map((e) => [e.operation, e.action_type, e.target_type, e.target_id, e.target_label]),
    ).toEqual([
      ["SECRET_WRITE", "created", "secret", made.id, "GITHUB_TOKEN"],
      ["SECRET_WRITE", "updated", "secret", made.id, "GITHUB_TOKEN"],
    ]);
    expect(events.map((e) => e.changes)).toEqual([
      [{ field: "value", before: null, after: "[redacted]" }],
      [{ field: "value", before: "[redacted]", after: "[redacted]" }],
    ]);
    const [row] =
      await product.admin`select *, encode(sealed, 'hex') as hex from secret where id = ${made.id}`;
    expect(row).toMatchObject({ guru_id: guru.id, name: "GITHUB_TOKEN", key_id: "test" });
    expect(Buffer.from(String(row?.hex), "hex").toString("latin1")).not.toContain("ghp-");
  });

  it("leaves the line's end of a pasted token away", async () => {
    done(await write("PASTED", "  token-of-paste \n"));
    expect(await secretValue(guru.id, "PASTED")).toBe("token-of-paste");
  });

  it.each([
    ["an empty name", "", "swordfish-refused"],
    ["a name with a space", "MY TOKEN", "swordfish-refused"],
    ["a name with a brace", "{TOKEN}", "swordfish-refused"],
    ["a name of another script", "ТОКЕН", "swordfish-refused"],
    ["a name that is too long", "A".repeat(65), "swordfish-refused"],
    ["an empty value", "T", "  "],
    ["a value with a line's end", "T", "a\r\nX-Evil: 1"],
    ["a value with NUL", "T", "a\0b"],
    ["a value with half a character", "T", "a\ud800"],
    ["a value that is too long", "T", "x".repeat(8_001)],
    ["a value of ten megabytes", "T", "x".repeat(10_000_000)],
  ])("refuses %s in words, without a record", async (_, name, value) => {
    const [events, rows] = [(await product.events()).length, await countOf("secret")];
    const result = await write(name, value);
    expect(result).toMatchObject({ ok: false, code: "invalid" });
    if (value.trim() !== "") expect(JSON.stringify(result)).not.toContain(value);
    expect([(await product.events()).length, await countOf("secret")]).toEqual([events, rows]);
  });

  it("keeps two writers of one new name from making two", async () => {
    const results = await Promise.all(["a", "b", "c", "d"].map((value) => write("RACE", value)));
    expect(results.map((r) => done(r).isNew).sort()).toEqual([false, false, false, true]);
    const [row] = await product.admin`select count(*)::int as n from secret where name = 'RACE'`;
    expect(row?.n).toBe(1);
  });

  it("stores nothing when the log takes no event", async () => {
    const mend = await breakTheLog(product);
    const result = await write("UNRECORDED", "swordfish-unrecorded");
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await secretValue(guru.id, "UNRECORDED")).toBeNull();
  });
});

describe("read-secret", () => {
  it("gives the value and records SECRET_READ", async () => {
    const { id } = done(await write("SHOWN", "value-to-show"));
    expect(done(await read(id))).toEqual({ name: "SHOWN", secretValue: "value-to-show" });
    expect((await product.events("secret.read")).at(-1)).toMatchObject({
      operation: "SECRET_READ",
      action_type: "access",
      actor_id: maintainer.accountId,
      target_id: id,
      target_label: "SHOWN",
      guru_id: guru.id,
    });
  });

  it("gives no value when the log takes no event, and none a second time for one attempt", async () => {
    const { id } = done(await write("HELD_BACK", "value-held-back"));
    const mend = await breakTheLog(product);
    const refused = await read(id);
    await mend();
    expect(refused).toMatchObject({ ok: false, code: "internal" });
    expect(JSON.stringify(refused)).not.toContain("value-held-back");

    const call = { principal: maintainer, request, input: { guru: guru.slug, id }, attemptId: randomUUID() };
    expect(await readSecret.execute(call)).toMatchObject({ ok: true, value: { name: "HELD_BACK" } });
    expect(await readSecret.execute(call)).toEqual({ ok: true, value: null, repeated: true, targetId: id });
    expect((await product.events("secret.read")).filter((e) => e.target_id === id)).toHaveLength(1);
  });

  it("never finds the secret of another guru, and none for a viewer or a stranger", async () => {
    const { id } = done(await write("OURS", "value-of-ours"));
    const other = await guruOf(stranger);
    expect(await read(id, stranger, other.slug)).toMatchObject({ ok: false, code: "not_found" });
    expect(await read(id, stranger)).toMatchObject({ ok: false, code: "not_found" });
    expect(await read(id, viewer)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await write("OURS", "x", viewer)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await remove(id, viewer)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await remove(id, stranger, other.slug)).toMatchObject({ ok: false, code: "not_found" });
    expect(await secretValue(other.id, "OURS")).toBeNull();
    expect((await product.events("access.denied")).at(-1)?.details).toMatchObject({
      permission: "secret:manage",
    });
  });

  it("says so when the key that a value lies under is gone, and has it again when the key is back", async () => {
    const { id } = done(await write("UNDER_OLD_KEY", "value-under-old-key"));
    const { runtime } = product;
    const another = [{ id: "another", key: randomBytes(32) }];
    setRuntime({ ...runtime, keys: { ...runtime.keys, encryptionKeys: another } });
    const refused = await read(id);
    setRuntime(runtime);
    expect(refused).toMatchObject({ ok: false, code: "conflict" });
    expect(refused).toHaveProperty(
      "message",
      expect.stringMatching(/^The key that UNDER_OLD_KEY .* Store its/),
    );
    expect((await product.events("secret.read")).filter((e) => e.target_id === id)).toEqual([]);
    expect(done(await read(id)).secretValue).toBe("value-under-old-key");
  });

  it("does not open a value that was moved to another guru or name", async () => {
    const { id } = done(await write("MOVED", "value-that-was-moved"));
    await product.admin`update secret set name = 'ELSEWHERE' where id = ${id}`;
    expect(await read(id)).toMatchObject({ ok: false, code: "internal" });
    await expect(secretValue(guru.id, "ELSEWHERE")).rejects.toThrow();
    await product.admin`update secret set name = 'MOVED' where id = ${id}`;
    expect(await secretValue(guru.id, "MOVED")).toBe("value-that-was-moved");
  });
});

describe("the list", () => {
  it("has names and uses, and nothing of a value", async () => {
    done(await write("LISTED", "value-in-no-list"));
    await use("LISTED", "Handbook");
    const secrets = await listed();
    expect(secrets.find((s) => s.name === "LISTED")).toMatchObject({
      createdBy: maintainer.email,
      uses: [{ what: "data source", title: "Handbook" }],
    });
    expect(secrets.map((s) => s.name)).toEqual(secrets.map((s) => s.name).sort());
    expect(Object.keys(secrets[0] ?? {}).sort()).toEqual(["createdBy", "id", "name", "updatedAt", "uses"]);
    expect(JSON.stringify(secrets)).not.toContain("value-in-no-list");
    expect(await guruSecrets.execute({ principal: viewer, request, input: guru.slug })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });
});

describe("delete-secret", () => {
  it("deletes one that nothing uses, once", async () => {
    const { id } = done(await write("GOES", "value-that-goes"));
    const results = await Promise.all([remove(id), remove(id)]);
    expect(results.filter((r) => r.ok)).toHaveLength(1);
    expect(results.find((r) => !r.ok)).toMatchObject({ code: "not_found" });
    expect(await secretValue(guru.id, "GOES")).toBeNull();
    const events = (await product.events("secret.deleted")).filter((e) => e.target_id === id);
    expect(events).toMatchObject([
      { operation: "SECRET_DELETE", action_type: "deleted", target_label: "GOES" },
    ]);
  });

  it("refuses one in use and says by what", async () => {
    const { id } = done(await write("USED", "value-in-use"));
    await use("USED", "Private repository");
    expect(await remove(id)).toMatchObject({
      ok: false,
      code: "conflict",
      message: "USED is used by the data source “Private repository”. Delete or change that first.",
    });
    expect(await secretValue(guru.id, "USED")).toBe("value-in-use");
    expect((await product.events("secret.deleted")).filter((e) => e.target_id === id)).toEqual([]);
  });

  it("waits for a source that is being added with it, and then sees it", async () => {
    const { id } = done(await write("JUST_TAKEN", "value-just-taken"));
    let removing: ReturnType<typeof remove> | undefined;
    await db().transaction(async (tx) => {
      expect(await holdSecret(tx, guru.id, "JUST_TAKEN")).toBe(true);
      removing = remove(id);
      await waitsForLock();
      await tx.execute(sql`
        insert into data_source (guru_id, kind, title, sha256, settings)
        values (${guru.id}::uuid, 'GITHUB_REPO', 'Just added', '\\x00', '{"secret": "JUST_TAKEN"}')`);
    });
    expect(await removing).toMatchObject({ ok: false, code: "conflict" });
    await db().transaction(async (tx) => {
      expect(await holdSecret(tx, guru.id, "NOT_THERE")).toBe(false);
      expect(await holdSecret(tx, guru.id, "'; drop table secret; --")).toBe(false);
    });
  });

  it("goes with its guru, with that deletion as the cause", async () => {
    const short = await guruOf(maintainer);
    const { id } = done(await write("WITH_GURU", "value-with-guru", maintainer, short.slug));
    done(
      await deleteGuru.execute({
        principal: maintainer,
        request,
        input: { guru: short.slug, confirmation: short.slug },
      }),
    );
    const deleted = (await product.events("secret.deleted")).find((e) => e.target_id === id);
    const [lead] = (await product.events("guru.deleted")).filter((e) => e.guru_id === short.id);
    expect(deleted).toMatchObject({ cause: lead?.id, guru_id: short.id, target_label: "WITH_GURU" });
    expect(await secretValue(short.id, "WITH_GURU")).toBeNull();
  });
});

/** Until some statement of the product waits for a row that another holds. */
async function waitsForLock(): Promise<void> {
  for (;;) {
    const [row] = await product.admin`
      select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (row?.n > 0) return;
  }
}
