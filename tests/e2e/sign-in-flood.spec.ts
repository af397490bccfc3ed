import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { type Admin, connectAdmin } from "./support/roles-database";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";
import { readLog, signInOwner, unattended, unattendedOwner, visitor } from "./support/visitor";

test.describe.configure({ timeout: 300_000 });

/** Tries come from many addresses: the proxy says which. */
const env = { ...unattended, GURULOG_TRUSTED_PROXIES: "127.0.0.1/32" };
const wrong = "not the password of anybody";

const from = (product: Product, n: number) =>
  visitor({
    address: product.url,
    headers: { "x-forwarded-for": `198.51.${100 + Math.floor(n / 250)}.${1 + (n % 250)}` },
  });

/** One try from an address of its own. @returns the answer's status: 200 shows the form again, 303 lets in */
async function tryOnce(product: Product, n: number, fields: { email: string; password: string }) {
  const answer = await from(product, n).submit("/sign-in", "Sign in", fields);
  await answer.text();
  return answer.status;
}

/** So many tries, so many of them under way at a time. */
async function tries(
  product: Product,
  { first, count, atATime }: { first: number; count: number; atATime: number },
) {
  const statuses: number[] = [];
  let next = first;
  const worker = async () => {
    while (next < first + count) {
      const n = next;
      next += 1;
      statuses.push(await tryOnce(product, n, { email: unattendedOwner.email, password: wrong }));
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return statuses;
}

/** Ends every Node process of the product at once, as a crash does; its Postgres lives on. */
function killWeb(product: Product): void {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    pairs.filter(([, p]) => p === parent).flatMap(([child]) => [child, ...below(child)]);
  const isNode = (pid: number) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]?.endsWith("node");
  for (const pid of [...below(product.pid), product.pid].filter(isNode)) process.kill(pid, "SIGKILL");
}

/** Tries that the log tells of: an event each, or counted in one. */
async function recorded(admin: Admin): Promise<number> {
  // The minutes that are not over yet are counted beside.
  const [row] = await admin<{ n: number }[]>`
    select (select coalesce(sum(coalesce((details ->> 'count')::int, 1)), 0) from audit_event where action = 'user.sign_in_failed')::int
      + (select coalesce(sum(count), 0) from audit_counter where kind = 'throttled')::int as n`;
  return row?.n ?? 0;
}

test("a thousand tries on one account are slowed and all in the log, also after kill -9; its owner still gets in", async () => {
  const dataDir = newDataDir();
  let product = await startProduct({ dataDir, env });
  const admin = connectAdmin(dataDir);
  try {
    const owner = visitor({ address: product.url, headers: { "x-forwarded-for": "203.0.113.9" } });
    expect((await signInOwner(owner)).status).toBe(303);

    const hashed = await tries(product, { first: 0, count: 600, atATime: 20 });
    expect(new Set(hashed)).toEqual(new Set([200]));
    // Whatever is answered is in the log or in a counter, before the process dies.
    killWeb(product);
    await product.exited;
    expect(await recorded(admin)).toBe(600);

    product = await startProduct({ dataDir, env });
    await tries(product, { first: 600, count: 400, atATime: 20 });
    expect(await recorded(admin)).toBe(1_000);

    // Slowed: few have reached the password. Never locked out: the owner's own browser gets in at once.
    const [reached] = await admin<{ n: number }[]>`
      select count(*)::int as n from audit_event where action = 'user.sign_in_failed' and details ->> 'reason' = 'credentials'`;
    expect(reached?.n).toBeGreaterThanOrEqual(6);
    expect(reached?.n).toBeLessThan(50);
    const again = visitor({ address: product.url, headers: { "x-forwarded-for": "203.0.113.9" } });
    for (const [name, value] of owner.cookies) if (/browser/.test(name)) again.cookies.set(name, value);
    expect((await signInOwner(again)).status).toBe(303);
    // From anywhere else the right password waits its turn, which comes.
    await admin`update sign_in_delay set blocked_until = now() where key = ${unattendedOwner.email}`;
    expect(await tryOnce(product, 1_001, unattendedOwner)).toBe(303);

    // The minutes close, each into one event that names account and count; the sum stays.
    await admin`update audit_counter set minute = minute - interval '5 minutes'`;
    await expect
      .poll(async () => (await admin`select from audit_counter where kind = 'throttled'`).length, {
        timeout: 90_000,
      })
      .toBe(0);
    const failed = (await readLog(again, "&operation=LOGIN_FAILED")) as { details: { count?: number } }[];
    expect(failed.reduce((sum, { details }) => sum + (details.count ?? 1), 0)).toBe(1_000);
  } finally {
    await admin.end();
    await product.stop();
    removeDataDir(dataDir);
  }
});

test("500 tries at once, each with an account and an address of its own, leave other pages served", async () => {
  const dataDir = newDataDir();
  const product = await startProduct({ dataDir, env });
  try {
    const owner = visitor({ address: product.url, headers: { "x-forwarded-for": "203.0.113.9" } });
    expect((await signInOwner(owner)).status).toBe(303);
    // The forms are opened before, or the pages would wait for those and not for the tries.
    const forms: ((fields: { email: string; password: string }) => Promise<Response>)[] = [];
    while (forms.length < 500)
      forms.push(
        ...(await Promise.all(
          Array.from({ length: 20 }, (_, i) => from(product, forms.length + i).open("/sign-in", "Sign in")),
        )),
      );
    let answered = 0;
    const flood = Promise.all(
      forms.map(async (send, n) => {
        const answer = await send({ email: `nobody-${n}@halden.example`, password: wrong });
        await answer.text();
        answered += 1;
        return answer.status;
      }),
    );
    await expect.poll(() => answered, { timeout: 60_000 }).toBeGreaterThan(0);
    const left: number[] = [];
    for (const path of ["/gurus", "/settings/audit-logs"]) {
      const answer = await owner.get(path);
      await answer.text();
      expect([path, answer.status]).toEqual([path, 200]);
      left.push(500 - answered);
    }
    // A page does not wait for the tries that came before it: the first one is there while many of them wait for their hash.
    expect(left[0], `tries left after each page: ${left}`).toBeGreaterThan(50);
    const statuses = await flood;
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  } finally {
    await product.stop();
    removeDataDir(dataDir);
  }
});
