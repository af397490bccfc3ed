import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { newDataDir, type Product, removeDataDir, spawnProduct, startProduct } from "./support/start-product";
import { readLog, signInOwner, unattended, type Visitor, visitor } from "./support/visitor";

const value = "ghp_the value that outlives its keys";
const newKey = () => randomBytes(32).toString("base64");

test("the encryption key is changed in keys.json, then by its variable, and the secret stays readable", async () => {
  test.setTimeout(240_000);
  const dataDir = newDataDir();
  let env: Record<string, string> = unattended;
  let product: Product | undefined;
  const rotate = async (...args: string[]) => {
    const command: [string, ...string[]] = ["npm", "run", "--silent", "rotate-secrets", "--", ...args];
    const started = spawnProduct({ dataDir, env, command });
    const code = await started.exited;
    expect(started.output()).not.toContain(value);
    return { code, output: started.output() };
  };
  const says = (text: string | RegExp, code = 0) => ({
    code,
    output: typeof text === "string" ? expect.stringContaining(text) : expect.stringMatching(text),
  });
  /** Stops it, starts it with the environment as it is now, and signs the owner in. */
  const restart = async (): Promise<Visitor> => {
    await product?.stop();
    product = await startProduct({ dataDir, env });
    const owner = visitor({ address: product.url });
    expect((await signInOwner(owner)).status).toBe(303);
    return owner;
  };
  const revealed = async (owner: Visitor) => {
    const answer = await owner.submit("/gurus/vault/secrets", "Value of GIT_TOKEN", {});
    return (await answer.text()).includes(value);
  };
  const storedKeys = (): string[] =>
    JSON.parse(readFileSync(path.join(dataDir, "keys.json"), "utf8")).encryptionKeys;
  try {
    expect(await rotate("--new-key")).toMatchObject(says("There is no encryption key in", 1));
    let owner = await restart();
    await owner.submit("/gurus/new", "Create guru", { name: "Vault", slug: "vault" });
    await owner.submit("/gurus/vault/secrets", "Store a secret", { name: "GIT_TOKEN", secretValue: value });
    expect(await revealed(owner)).toBe(true);
    const [first] = storedKeys();
    expect(await rotate()).toMatchObject(says("secrets 0, integrations 0, second factors 0"));
    expect(await rotate("--newkey")).toMatchObject(says("Say npm run rotate-secrets -- --new-key", 1));

    expect(await rotate("--new-key")).toMatchObject(says("Restart Gurulog, all instances"));
    const [second = "", ...older] = storedKeys();
    expect(older).toEqual([first]);
    for (const step of [[], ["--retire"]])
      expect(await rotate(...step)).toMatchObject(says("was not started with the current encryption key", 1));
    expect(storedKeys()).toEqual([second, first]);
    owner = await restart();
    expect(await revealed(owner)).toBe(true);
    expect(await rotate()).toMatchObject(says("secrets 1, integrations 0, second factors 0"));
    expect(await rotate()).toMatchObject(says("secrets 0, integrations 0, second factors 0"));
    expect(await rotate("--retire")).toMatchObject(says("Keep the old keys with your backups"));
    expect(storedKeys()).toEqual([second]);
    const [former = ""] = readdirSync(dataDir).filter((name) => name.startsWith("keys.json."));
    expect(JSON.parse(readFileSync(path.join(dataDir, former), "utf8")).encryptionKeys).toEqual([
      second,
      first,
    ]);
    owner = await restart();
    expect(await revealed(owner)).toBe(true);

    // From the environment: the old key after a comma, then gone. Nothing of it is written down.
    const third = newKey();
    env = { ...unattended, GURULOG_ENCRYPTION_KEY: `${third},${second}` };
    owner = await restart();
    expect(await revealed(owner)).toBe(true);
    // The old key gone before anything is encrypted anew: no start, and it says what to do.
    await product?.stop();
    const early = spawnProduct({ dataDir, env: { ...unattended, GURULOG_ENCRYPTION_KEY: third } });
    expect(await early.exited).toBe(1);
    expect(early.output()).toContain("Put it back behind the new one, run npm run rotate-secrets");
    await restart();
    expect(await rotate()).toMatchObject(says("secrets 1, integrations 0, second factors 0"));
    expect(await rotate("--retire")).toMatchObject(says(`GURULOG_ENCRYPTION_KEY=${third}\n`));
    env = { ...unattended, GURULOG_ENCRYPTION_KEY: third };
    owner = await restart();
    expect(await revealed(owner)).toBe(true);
    expect(storedKeys()).toEqual([second]);
    // People's acts alone are recorded; a rotation changes nothing that they see.
    const operations = (await readLog(owner)).map(({ operation }) => operation);
    expect(operations.filter((one) => one === "SECRET_WRITE")).toHaveLength(1);
    expect(operations.filter((one) => one === "SECRET_READ")).toHaveLength(5);
    for (const key of [first, second, third]) expect(JSON.stringify(await readLog(owner))).not.toContain(key);

    // Without the old key before the rotation, nothing starts that could not open what there is.
    await product?.stop();
    const lost = spawnProduct({ dataDir, env: { ...unattended, GURULOG_ENCRYPTION_KEY: newKey() } });
    expect(await lost.exited).toBe(1);
    expect(lost.output()).toContain("GURULOG_ENCRYPTION_KEY");
  } finally {
    await product?.stop();
    removeDataDir(dataDir);
  }
});
