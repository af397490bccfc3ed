import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { resealAll } from "@/lib/access/reseal";
import { startFactor, unprovenSecret } from "@/lib/access/second-factor";
import { secretValue } from "@/lib/access/secrets";
import { db } from "@/lib/db/client";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { setRuntime } from "@/lib/platform/runtime";
import type { KeyRing } from "@/lib/platform/secret-box";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { changeRing, sealsWith } from "../../../scripts/serve/change-ring";
import { loadKeys } from "../../../scripts/serve/keys";
import { keysFingerprint } from "../../../scripts/serve/keys-fingerprint";
import { parseEncryptionKey } from "../../../scripts/serve/keys-format";
import { done, guruOf } from "../gurus/guru-for-tests";

describe("resealAll", () => {
  let product: TestProduct;
  let member: UserPrincipal;
  let guru: { id: string; slug: string };
  const fresh = { id: "fresh", key: randomBytes(32) };

  beforeAll(async () => {
    product = await createTestProduct();
    member = await product.person("m.solberg@halden.example");
    guru = await guruOf(member);
  });
  afterAll(() => product?.close());

  const withRing = (ring: KeyRing) =>
    setRuntime({ ...product.runtime, keys: { ...product.runtime.keys, encryptionKeys: ring } });
  const write = (name: string, value: string) =>
    writeSecret.execute({ principal: member, request, input: { guru: guru.slug, name, secretValue: value } });
  const keyIds = async () =>
    (await product.admin`select distinct key_id from secret order by 1`).map((row) => row.key_id);

  it("puts every secret and factor under the first key, after which the old one may go", async () => {
    const old = product.runtime.keys.encryptionKeys;
    const names = Array.from({ length: 120 }, (_, n) => `S${n}`);
    for (const name of names) done(await write(name, `value of ${name}`));
    await db().transaction((tx) => startFactor(tx, member.accountId));
    const factor = await unprovenSecret(db(), member.accountId);
    const events = (await product.events()).length;

    const ring = [fresh, ...old];
    withRing(ring);
    done(await write("WRITTEN_SINCE", "value since"));
    expect(await keyIds()).toEqual(["fresh", "test"]);
    expect(await resealAll(product.admin, ring)).toEqual({
      secrets: 120,
      factors: 1,
      integrations: 0,
      unreadable: [],
    });
    expect(await keyIds()).toEqual(["fresh"]);
    expect(await resealAll(product.admin, ring)).toEqual({
      secrets: 0,
      factors: 0,
      integrations: 0,
      unreadable: [],
    });

    withRing([fresh]);
    for (const name of names) expect(await secretValue(guru.id, name)).toBe(`value of ${name}`);
    expect(await secretValue(guru.id, "WRITTEN_SINCE")).toBe("value since");
    expect((await unprovenSecret(db(), member.accountId))?.equals(factor ?? Buffer.alloc(0))).toBe(true);
    // Nothing that a person can see has changed.
    expect((await product.events()).length).toBe(events + 1);
  });

  it("names what no key opens, leaves it as it is, and does the others", async () => {
    const lost = { id: "lost", key: randomBytes(32) };
    withRing([lost]);
    done(await write("UNDER_LOST_KEY", "value under the lost key"));
    const other = { id: "other", key: randomBytes(32) };
    withRing([other, fresh]);
    done(await write("CHANGED_ON_DISK", "value that was changed"));
    await product.admin`update secret set sealed = set_byte(sealed, length(sealed) - 1, 255 - get_byte(sealed, length(sealed) - 1))
      where name = 'CHANGED_ON_DISK'`;
    const [before] = await product.admin`select sealed from secret where name = 'UNDER_LOST_KEY'`;
    const next = { id: "next", key: randomBytes(32) };
    const result = await resealAll(product.admin, [next, fresh, other]);
    expect(result.secrets).toBe(121);
    expect(result.unreadable.sort()).toEqual([
      `the secret CHANGED_ON_DISK of the guru ${guru.slug}`,
      `the secret UNDER_LOST_KEY of the guru ${guru.slug}`,
    ]);
    const [after] = await product.admin`select sealed from secret where name = 'UNDER_LOST_KEY'`;
    expect(after?.sealed.equals(before?.sealed)).toBe(true);
  });
});

describe("the ring", () => {
  let dataDir: string;
  let file: string;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), "gurulog-ring-"));
    file = path.join(dataDir, "keys.json");
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it("gets a new key first, keeps the old ones and everything else, and loses them when they retire", () => {
    const before = loadKeys({ dataDir, env: {} });
    chmodSync(file, 0o644);
    const added = changeRing({ dataDir, variable: undefined, change: "add" });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const both = loadKeys({ dataDir, env: {}, databaseFingerprint: keysFingerprint(before) });
    expect(both.encryptionKeys.map((key) => key.id)).toEqual(added.after);
    expect(both.encryptionKeys.slice(1)).toEqual(before.encryptionKeys);
    expect({ ...both, encryptionKeys: [] }).toEqual({ ...before, encryptionKeys: [] });

    const [current = ""] = added.after;
    const text = readFileSync(file, "utf8");
    const retired = changeRing({ dataDir, variable: undefined, change: { keepOnly: current } });
    const alone = loadKeys({ dataDir, env: {}, databaseFingerprint: keysFingerprint(both) });
    expect(alone.encryptionKeys).toEqual(both.encryptionKeys.slice(0, 1));
    expect(retired).toMatchObject({ before: added.after, after: [current], variable: null });
    // The only copy of the old key is still there, for its owner alone.
    const former = retired.former ?? "";
    expect(path.basename(former)).toMatch(/^keys\.json\.\d{4}-\d{2}-\d{2}T\d{6}Z$/);
    expect(readFileSync(former, "utf8")).toBe(text);
    expect(statSync(former).mode & 0o777).toBe(0o600);
    // Where there is nothing to take away, nothing is kept.
    expect(changeRing({ dataDir, variable: undefined, change: { keepOnly: current } }).former).toBeNull();
    expect(readdirSync(dataDir).sort()).toEqual(["keys.json", path.basename(former)]);
  });

  it("keeps every key when the one that everything lies under is not the first any more", () => {
    loadKeys({ dataDir, env: {} });
    const [resealed = ""] = changeRing({ dataDir, variable: undefined, change: "add" }).after;
    // Somebody rotates once more while the secrets are being encrypted anew.
    changeRing({ dataDir, variable: undefined, change: "add" });
    const text = readFileSync(file, "utf8");
    const retire = (variable?: string) => () =>
      changeRing({ dataDir, variable, change: { keepOnly: resealed } });
    expect(retire()).toThrow(/is not the one that everything was just encrypted with/);
    expect(retire(randomBytes(32).toString("base64"))).toThrow(
      /GURULOG_ENCRYPTION_KEY was changed meanwhile/,
    );
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(readdirSync(dataDir)).toEqual(["keys.json"]);
  });

  it("from the environment is not written down: what to set is told", () => {
    const [a, b] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
    const { variable } = changeRing({ dataDir, variable: ` ${a} , ${b} `, change: "add" });
    expect(variable?.split(",").slice(1)).toEqual([a, b]);
    const keepOnly = parseEncryptionKey(a, file).id;
    const retired = changeRing({ dataDir, variable: `${a},${b}`, change: { keepOnly } });
    expect(retired).toMatchObject({ variable: a, former: null });
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
  });

  it("is not used before whatever runs was started with its first key", () => {
    const before = loadKeys({ dataDir, env: {} });
    changeRing({ dataDir, variable: undefined, change: "add" });
    const both = loadKeys({ dataDir, env: {} });
    const [first, second] = both.encryptionKeys;
    if (!first || !second) throw new Error("two keys were expected");
    expect(sealsWith(keysFingerprint(before), first.key)).toBe(false);
    expect(sealsWith(keysFingerprint(both), first.key)).toBe(true);
    expect(sealsWith(keysFingerprint(both), second.key)).toBe(false);
    expect(sealsWith("", first.key)).toBe(false);
  });

  it("is not made up: a missing, damaged or malformed key is refused, and never quoted", () => {
    const add = (variable?: string) => () => changeRing({ dataDir, variable, change: "add" });
    expect(add()).toThrow(/There is no encryption key in .*keys\.json yet/);
    expect(add("no-key-at-all")).toThrow(/^GURULOG_ENCRYPTION_KEY/);
    expect(add("no-key-at-all")).not.toThrow(/no-key-at-all/);
    writeFileSync(file, "{");
    expect(add()).toThrow(/keys\.json is damaged/);
    expect(readFileSync(file, "utf8")).toBe("{");
  });
});
