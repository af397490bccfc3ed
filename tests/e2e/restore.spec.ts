import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { type Admin, clusterHomeOf, connectAdmin } from "./support/roles-database";
import { newDataDir, type Product, removeDataDir, spawnProduct, startProduct } from "./support/start-product";
import { readLog, signInOwner, unattended, type Visitor, visitor } from "./support/visitor";

/** Runs one of our commands to its end. */
async function run(dataDir: string, script: "backup" | "restore", ...args: string[]) {
  const started = spawnProduct({ dataDir, command: ["npm", "run", "--silent", script, "--", ...args] });
  const code = await started.exited;
  return { code, output: started.output() };
}

/** Everything that is recorded has been sealed and signed; answers the size. */
async function signedWhole(admin: Admin): Promise<number> {
  const sizes = async () => {
    const [row] = await admin<{ head: number; signed: number; waiting: number }[]>`
      select h.size::int as head, (select count(*)::int from audit_outbox) as waiting,
        coalesce((select max(size)::int from audit_checkpoint c where c.origin = h.origin), 0) as signed
      from audit_head h`;
    if (!row) throw new Error("no head");
    return row;
  };
  await expect
    .poll(async () => {
      const { head, signed, waiting } = await sizes();
      return waiting === 0 && head > 0 && head - signed;
    })
    .toBe(0);
  return (await sizes()).head;
}

async function signedIn(product: Product): Promise<Visitor> {
  const owner = visitor({ address: product.url });
  expect((await signInOwner(owner)).status).toBe(303);
  return owner;
}

const slugsOf = async (admin: Admin) =>
  (await admin`select slug from guru order by slug`).map(({ slug }) => slug);
const notesOf = async (admin: Admin) =>
  (await admin`select note from audit_checkpoint`).map(({ note }) => note);

test("an older backup is restored, noticed and not signed until the owner adopts it; nothing else stops", async () => {
  test.setTimeout(240_000);
  const dataDir = newDataDir();
  const file = path.join(dataDir, "backups", "older.tar.gz");
  const homes = new Set<string>();
  let product = await startProduct({ dataDir, env: unattended });
  try {
    homes.add(clusterHomeOf(dataDir));
    const owner = await signedIn(product);
    await owner.submit("/gurus/new", "Create guru", { name: "Runbook", slug: "runbook" });
    const made = await owner.submit("/settings/api-keys", "New key", { name: "ci" });
    const key = /sourcebot-[0-9a-f]{64}/.exec(await made.text())?.[0] ?? "";
    const byKey = (url: string) =>
      fetch(`${url}/api/ee/audit`, { headers: { "x-org-domain": "~", "x-sourcebot-api-key": key } });
    expect((await byKey(product.url)).status).toBe(200);

    // While it runs.
    const first = connectAdmin(dataDir);
    const backedUp = await signedWhole(first);
    expect(await run(dataDir, "backup", path.join(dataDir, "none", "x.tar.gz"))).toMatchObject({ code: 1 });
    await run(dataDir, "backup");
    const [byDefault] = readdirSync(path.join(dataDir, "backups"));
    expect(byDefault).toMatch(/^gurulog-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz$/);
    const { code, output } = await run(dataDir, "backup", file);
    expect(output).toContain(`The backup is ${file}`);
    expect(output).toContain(`keep ${path.join(dataDir, "keys.json")}`);
    expect(code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await run(dataDir, "backup", file);
    expect(again).toMatchObject({
      code: 1,
      output: expect.stringContaining(`gurulog: ${file} exists already.`),
    });

    await owner.submit("/gurus/new", "Create guru", { name: "Later", slug: "later" });
    const lastSigned = await signedWhole(first);
    expect(lastSigned).toBeGreaterThan(backedUp);
    const busy = await run(dataDir, "restore", file, "--replace");
    expect(busy).toMatchObject({
      code: 1,
      output: expect.stringMatching(/gurulog: Gurulog runs \(process \d+\)\. Stop it/),
    });
    const signedBefore = await notesOf(first);
    await first.end();
    await product.stop();

    const inTheWay = await run(dataDir, "restore", file);
    expect(inTheWay).toMatchObject({
      code: 1,
      output: expect.stringContaining("Use --replace to set it aside"),
    });
    const restored = await run(dataDir, "restore", file, "--replace");
    expect(restored.output).toContain(`The database that was in use stays in ${[...homes][0]}.`);
    expect(restored.code).toBe(0);
    homes.add(clusterHomeOf(dataDir));
    expect(homes.size).toBe(2);

    // The same password and key; acts are recorded; nothing is signed.
    product = await startProduct({ dataDir, env: unattended });
    const admin = connectAdmin(dataDir);
    expect(await slugsOf(admin)).toEqual(["runbook"]);
    const back = await signedIn(product);
    expect((await byKey(product.url)).status).toBe(200);
    const page = async () => (await back.get("/settings/log-integrity")).text();
    await expect.poll(page, { timeout: 20_000 }).toContain("The log is not being signed");
    for (const slug of ["after", "and-after", "still-after"])
      await back.submit("/gurus/new", "Create guru", { name: slug, slug });
    expect((await readLog(back, "&action=guru.created")).map(({ targetId }) => targetId)).toHaveLength(4);
    const refused = async () => (await admin`select refused from audit_signing`)[0]?.refused;
    // By now the log is longer again than what was signed, but it is another one.
    const says = `The first ${lastSigned} events of the log are not those that were signed.`;
    await expect.poll(refused, { timeout: 20_000 }).toContain(says);
    expect(await admin`select from audit_trouble where kind = 'signing_refused'`).toHaveLength(1);
    const newest = await admin`select origin, max(size)::int as size from audit_checkpoint group by origin`;
    expect(newest).toEqual([{ origin: expect.any(String), size: lastSigned }]);
    // What this machine signed last is put back; nothing else stands there that was not signed before.
    expect((await notesOf(admin)).filter((note) => !signedBefore.includes(note))).toEqual([]);

    // The owner adopts it, by the size that it has once all that came before has its place.
    await expect.poll(async () => (await admin`select from audit_outbox`).length).toBe(0);
    const size = /name="size" value="(\d+)"/.exec(await page())?.[1] ?? "";
    await back.submit("/settings/log-integrity", "Adopt the log", { confirmation: size });
    await expect.poll(refused, { timeout: 20_000 }).toBeNull();
    await signedWhole(admin);
    const [head] = await admin`select origin from audit_head`;
    expect(head?.origin).not.toBe(newest[0]?.origin);
    expect(await readLog(back, "&action=audit.origin_adopted")).toMatchObject([
      {
        details: { previousSize: lastSigned },
        changes: [{ before: newest[0]?.origin, after: head?.origin }],
      },
    ]);
    expect(await page()).not.toContain("The log is not being signed");
    expect(await admin`select from audit_trouble where kind = 'signing_refused'`).toHaveLength(0);
    const told = readFileSync(path.join(dataDir, "last-signed.json"), "utf8");
    expect(told).toContain(head?.origin);
    await admin.end();
  } finally {
    await product.stop();
    for (const home of homes)
      for (const left of [home, `${home}.log`]) rmSync(left, { recursive: true, force: true });
    removeDataDir(dataDir);
  }
});

test("a cancelled backup or restore leaves nothing behind and ends with 130", async () => {
  test.setTimeout(120_000);
  const dataDir = newDataDir();
  const product = await startProduct({ dataDir, env: unattended });
  const home = clusterHomeOf(dataDir);
  try {
    const file = path.join(dataDir, "b.tar.gz");
    const admin = connectAdmin(dataDir);
    await admin.begin(async (tx) => {
      await tx`lock table upload in access exclusive mode`;
      const waiting = spawnProduct({
        dataDir,
        command: [process.execPath, "scripts/run.mjs", "backup", file],
      });
      const begun = () => readdirSync(dataDir).some((name) => name.endsWith(".partial"));
      await expect.poll(begun, { timeout: 20_000 }).toBe(true);
      expect(await waiting.stop("SIGINT")).toBe(130);
    });
    expect(readdirSync(dataDir).filter((name) => name.startsWith("b.tar.gz"))).toEqual([]);
    expect((await run(dataDir, "backup", file)).code).toBe(0);
    await admin.end();
    await product.stop();

    const restoring = spawnProduct({
      dataDir,
      command: [process.execPath, "scripts/run.mjs", "restore", file, "--replace"],
    });
    await expect.poll(restoring.output, { timeout: 20_000 }).toContain("Making a new database in");
    const made = /Making a new database in (\S+)…/.exec(restoring.output())?.[1] ?? "";
    expect(await restoring.stop("SIGINT")).toBe(130);
    expect(existsSync(made)).toBe(false);
    expect(clusterHomeOf(dataDir)).toBe(home);
    const next = await startProduct({ dataDir, env: unattended });
    await signedIn(next);
    await next.stop();
  } finally {
    await product.stop();
    removeDataDir(dataDir);
  }
});
