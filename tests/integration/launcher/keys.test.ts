import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadKeys } from "../../../scripts/serve/keys";
import { keysFingerprint } from "../../../scripts/serve/keys-fingerprint";

let dataDir: string;
let file: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), "gurulog-keys-"));
  file = path.join(dataDir, "keys.json");
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** A complete set of keys as variables. */
function environment(): Record<string, string> {
  const other = mkdtempSync(path.join(tmpdir(), "gurulog-keys-"));
  const keys = loadKeys({ dataDir: other, env: {} });
  const stored = JSON.parse(readFileSync(path.join(other, "keys.json"), "utf8"));
  rmSync(other, { recursive: true });
  return {
    AUTH_SECRET: keys.sessionSecret,
    GURULOG_ENCRYPTION_KEY: stored.encryptionKeys[0],
    GURULOG_API_KEY_PEPPER: keys.apiKeyPepper,
    GURULOG_SEALING_KEY: keys.sealingKeys.join(","),
  };
}

test("the first start writes keys.json for its owner alone, and every later start loads the same keys", () => {
  const first = loadKeys({ dataDir, env: {} });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(["keys.json"]);
  expect(loadKeys({ dataDir, env: {} })).toEqual(first);
});

test("keys.json restored readable to others is closed again", () => {
  loadKeys({ dataDir, env: {} });
  chmodSync(file, 0o644);
  loadKeys({ dataDir, env: {} });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a key from the environment wins and is never written to disk", () => {
  const secret = randomBytes(32).toString("hex");
  const keys = loadKeys({ dataDir, env: { AUTH_SECRET: secret } });
  expect(keys.sessionSecret).toBe(secret);
  expect(readFileSync(file, "utf8")).not.toContain(secret);
  expect(readFileSync(file, "utf8")).toContain(keys.apiKeyPepper);
});

test("with all keys in the environment no file is needed, and every instance derives the same passwords and token", () => {
  const env = environment();
  const one = loadKeys({ dataDir, env });
  const two = loadKeys({ dataDir: path.join(dataDir, "another"), env });
  expect(two).toEqual(one);
  expect(readdirSync(dataDir)).toEqual([]);
  expect(new Set([...Object.values(one.rolePasswords), one.setupToken]).size).toBe(4);
});

test("a damaged keys.json is a clear refusal and stays as it is", () => {
  for (const text of ["{", "[]", '{"version":2}', '{"version":1,"sessionSecret":5}', ""]) {
    writeFileSync(file, text);
    expect(() => loadKeys({ dataDir, env: {} })).toThrow(/keys\.json is damaged\. Restore it from a backup/);
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});

test("a malformed variable is named, its value is not repeated", () => {
  const cases: Record<string, string> = {
    AUTH_SECRET: "too-short-secret",
    GURULOG_ENCRYPTION_KEY: "bm90IDMyIGJ5dGVz",
    GURULOG_API_KEY_PEPPER: "too-short-pepper",
    GURULOG_SEALING_KEY: "MC4CAQAwBQYDK2VwBCIEIA-not-a-key",
  };
  for (const [name, value] of Object.entries(cases)) {
    const load = () => loadKeys({ dataDir, env: { [name]: value } });
    expect(load).toThrow(new RegExp(`^${name} .* must be`));
    expect(load).not.toThrow(value);
    expect(readdirSync(dataDir)).toEqual([]);
  }
});

test("a database made with keys that are not here is refused, and no new keys are made", () => {
  const databaseFingerprint = keysFingerprint(loadKeys({ dataDir, env: {} }));
  rmSync(file);
  expect(() => loadKeys({ dataDir, env: {}, databaseFingerprint })).toThrow(
    /made with keys that are not here\. Put its keys\.json into .* or set AUTH_SECRET, GURULOG_ENCRYPTION_KEY/,
  );
  expect(readdirSync(dataDir)).toEqual([]);
});

test("a database made with other keys is refused, naming those that differ", () => {
  const databaseFingerprint = keysFingerprint(loadKeys({ dataDir, env: {} }));
  const { GURULOG_API_KEY_PEPPER } = environment();
  expect(() => loadKeys({ dataDir, env: { GURULOG_API_KEY_PEPPER }, databaseFingerprint })).toThrow(
    /made with other keys \(GURULOG_API_KEY_PEPPER\)/,
  );
  const others = environment();
  expect(() => loadKeys({ dataDir, env: others, databaseFingerprint })).toThrow(
    /\(GURULOG_API_KEY_PEPPER, GURULOG_SEALING_KEY, GURULOG_ENCRYPTION_KEY\)/,
  );
  expect(loadKeys({ dataDir, env: {}, databaseFingerprint })).toBeDefined();
});

test("the encryption ring can be rotated: a new key first, the old one still accepted", () => {
  const before = loadKeys({ dataDir, env: {} });
  const old = before.encryptionKeys[0];
  const oldText = JSON.parse(readFileSync(file, "utf8")).encryptionKeys[0];
  const newText = randomBytes(32).toString("base64");
  const env = { GURULOG_ENCRYPTION_KEY: `${newText}, ${oldText}` };
  const after = loadKeys({ dataDir, env, databaseFingerprint: keysFingerprint(before) });
  expect(after.encryptionKeys.map(({ key }) => key)).toEqual([Buffer.from(newText, "base64"), old?.key]);
  expect(after.encryptionKeys[1]?.id).toBe(old?.id);
});

test("the fingerprint tells nothing of the keys", () => {
  const keys = loadKeys({ dataDir, env: {} });
  const fingerprint = keysFingerprint(keys);
  expect(fingerprint).toMatch(/^v1(:[0-9a-f]{32}){3}$/);
  for (const secret of [keys.apiKeyPepper, ...keys.sealingKeys, keys.sessionSecret])
    expect(fingerprint).not.toContain(secret);
});
