import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Browser, type BrowserContext, expect, type Page } from "@playwright/test";
import type postgres from "postgres";
import { fromBase64, toBase64 } from "../../lib/audit/proof/bytes";
import { parseCheckpoint } from "../../lib/audit/proof/checkpoint";
import { nodeHash } from "../../lib/audit/proof/merkle";
import { pinnedKeys } from "../../lib/audit/proof/verify/trust";
import { type EventProof, verifyEventProof } from "../../lib/audit/proof/verify/verify-event-proof";
import { axe } from "./support/axe";
import { send } from "./support/matrix-send";
import { test } from "./support/roles-fixture";
import type { SignedIn, World } from "./support/roles-world";

const folder = "test-results/proofs";
const proofHeaders = { "x-org-domain": "~", "sec-fetch-site": "same-origin" };
mkdirSync(folder, { recursive: true });

async function contextOf(
  browser: Browser,
  world: World,
  who: SignedIn,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  const pairs = world.people[who].cookie.split("; ").map((pair) => pair.split("="));
  await context.addCookies(
    pairs.map(([name = "", ...value]) => ({ name, value: value.join("="), url: world.url })),
  );
  return context;
}

const foot = (page: Page) => page.getByRole("dialog", { name: "Audit log details" }).locator("footer.proof");
const addressOf = (world: World, id: string) => `${world.url}/settings/audit-logs?event=${id}`;

/** The newest event of guru A, some while after which it is sealed. */
async function anEvent(world: World): Promise<string> {
  const [found] = await world.admin<{ id: string }[]>`
    select id from audit_event where guru_id = ${world.guruA.id} and action <> 'audit.viewed' order by seq desc limit 1`;
  return found?.id ?? "";
}

async function asSuperuser(
  world: World,
  work: (tx: postgres.TransactionSql) => Promise<unknown>,
): Promise<void> {
  await world.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await work(tx);
  });
}

/** Flips one bit of an event's leaf where it lies: in the open tile, or in the closed one that took it meanwhile. */
async function flipLeaf(world: World, id: string): Promise<void> {
  await asSuperuser(world, async (tx) => {
    const open = await tx`
      update audit_seal_tail set leaf_hash = set_byte(leaf_hash, 0, get_byte(leaf_hash, 0) # 1) where event_id = ${id}`;
    const closed = await tx`
      update audit_tile t set hashes = set_byte(hashes, i * 32, get_byte(hashes, i * 32) # 1)
      from generate_series(0, 1023) i where substring(t.events from i * 24 + 1 for 16) = uuid_send(${id}::uuid)`;
    expect(open.count + closed.count).toBe(1);
  });
}

async function picture(page: Page, name: string): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: "disabled" });
}

test("an event is seen unsealed, then sealed and verified; its proof holds without the server", async ({
  browser,
  world,
}) => {
  const context = await contextOf(browser, world, "owner");
  const page = await context.newPage();
  // Whoever holds the sealer's lock keeps it from sealing.
  const lock = await world.admin.reserve();
  await lock`select pg_advisory_lock(hashtext('gurulog.seal'))`;
  await page.goto(`${world.url}/settings/audit-logs?q=proofs-unsealed`);
  const fresh = (
    await world.admin`select id from audit_event where action = 'audit.viewed' order by seq desc limit 1`
  )[0]?.id as string;
  await page.goto(addressOf(world, fresh));
  await expect(foot(page)).toContainText("Not sealed yet");
  await expect(page.getByRole("button", { name: "Download proof" })).toHaveCount(0);
  await picture(page, "unsealed-light");
  await lock`select pg_advisory_unlock(hashtext('gurulog.seal'))`;
  lock.release();
  await expect(foot(page)).toContainText("Verified by this server", { timeout: 15_000 });
  await expect(foot(page)).toContainText(/Sealed in checkpoint [\d,]+ · entry [\d,]+/);

  await page.getByText("Verify offline").click();
  await expect(foot(page)).toContainText("npm run verify");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download proof" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`audit_proof_${fresh}.json`);
  const text = readFileSync(await download.path(), "utf8");
  const proof = JSON.parse(text) as EventProof;
  const report = verifyEventProof(text, { pinned: pinnedKeys(proof.keys) });
  expect(report).toMatchObject({ findings: [], record: { id: fresh }, signed: { pinned: true } });
  expect(
    verifyEventProof(text.replace('"audit.viewed"', '"audit.fetch"'), { pinned: [] }).findings,
  ).toHaveLength(1);
  const [recorded] =
    await world.admin`select * from audit_event where action = 'audit.exported' order by seq desc limit 1`;
  expect(recorded?.details).toMatchObject({ format: "proof", expectedRows: 1, filters: { event: fresh } });
  // The page is still there and says so.
  await expect(foot(page)).toContainText("Verified by this server");
  await context.close();
});

test("the API over the wire: note, consistency and tiles fit together, with and without a slash, HEAD too", async ({
  world,
}) => {
  const headers = { ...proofHeaders, cookie: world.people.auditor.cookie };
  const get = async (address: string, method = "GET") => {
    const answer = await fetch(`${world.url}/api/ee/audit${address}`, {
      method,
      headers,
      redirect: "manual",
    });
    expect([address, answer.status]).toEqual([address, 200]);
    return answer;
  };
  const note = await (await get("/checkpoint")).text();
  const { size, root, origin } = parseCheckpoint(note);
  const etag = (await get("/checkpoint", "HEAD")).headers.get("etag") ?? "";
  expect(etag).not.toBe("");
  const slashed = parseCheckpoint(await (await get("/checkpoint/")).text());
  expect(slashed.size).toBeGreaterThanOrEqual(size);
  for (const slash of ["", "/"]) {
    const body = (await (await get(`/consistency${slash}?from=2&to=${size}`)).json()) as Record<
      string,
      unknown
    >;
    expect(body).toMatchObject({ origin, from: 2, to: size, toRoot: toBase64(root) });
    const tile = new Uint8Array(await (await get(`/tile/0/000.p/2${slash}`)).arrayBuffer());
    expect(toBase64(nodeHash(tile.slice(0, 32), tile.slice(32)))).toBe(
      toBase64(fromBase64(String(body.fromRoot))),
    );
  }
  const partial = await get("/tile/0/000.p/2", "HEAD");
  expect([await partial.text(), partial.headers.get("cache-control")]).toEqual(["", "private, no-cache"]);
});

test("a row that the superuser changed does not verify, and looks like nothing else on the page", async ({
  browser,
  world,
}) => {
  test.setTimeout(120_000);
  const id = await anEvent(world);
  const [row] = await world.admin`select target_label from audit_event where id = ${id}`;
  const forge = (label: string) =>
    asSuperuser(world, (tx) => tx`update audit_event set target_label = ${label} where id = ${id}`);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const size of ["wide", "phone"] as const) {
      const context = await contextOf(browser, world, "owner", {
        colorScheme,
        ...(size === "phone" ? { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 } : {}),
      });
      const page = await context.newPage();
      await page.goto(addressOf(world, id));
      await expect(foot(page)).toContainText("Verified by this server");
      expect((await axe(page)).violations).toEqual([]);
      await picture(page, `verified-${size}-${colorScheme}`);
      await page.getByText("Verify offline").click();
      await picture(page, `offline-${size}-${colorScheme}`);
      await forge("Somebody else's guru");
      await page.reload();
      const alert = page.getByRole("alert").filter({ hasText: "Does not verify" });
      await expect(alert).toContainText("This record is not the one that was sealed.");
      await expect(page.getByRole("button", { name: "Download proof" })).toHaveCount(0);
      // A filled bar; the outlined "Failed" of a failed act has no fill.
      await expect(alert).toHaveCSS(
        "background-color",
        colorScheme === "light" ? "rgb(179, 55, 45)" : "rgb(184, 68, 59)",
      );
      expect((await axe(page)).violations).toEqual([]);
      await picture(page, `does-not-verify-${size}-${colorScheme}`);
      const refused = await context.request.post(`${world.url}/proofs`, {
        form: { event: id },
        headers: { origin: world.url },
      });
      expect([refused.status(), await refused.text()]).toEqual([
        409,
        expect.not.stringContaining("Somebody else"),
      ]);
      await forge(row?.target_label as string);
      await page.reload();
      await expect(foot(page)).toContainText("Verified by this server");
      await context.close();
    }
  }
});

test("a row put straight into the table, a lost leaf and a foreign checkpoint do not verify either", async ({
  browser,
  world,
}) => {
  const context = await contextOf(browser, world, "auditor");
  const page = await context.newPage();
  const id = await anEvent(world);
  await page.goto(addressOf(world, id));
  await expect(foot(page)).toContainText("Verified by this server");

  const planted = "0198c0de-0000-7000-8000-000000000001";
  await asSuperuser(
    world,
    (tx) => tx`
    insert into audit_event (id, org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
      target_type, target_id, target_label, version)
    select gurulog_uuidv7(), org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type,
      ${planted}, 'planted', version from audit_event where id = ${id}`,
  );
  const [row] = await world.admin`select id from audit_event where target_id = ${planted}`;
  await page.goto(addressOf(world, row?.id as string));
  await expect(foot(page)).toContainText("in no place of the sealed order");
  await asSuperuser(world, (tx) => tx`delete from audit_event where target_id = ${planted}`);

  await flipLeaf(world, id);
  await page.goto(addressOf(world, id));
  await expect(foot(page)).toContainText("Does not verify");
  await flipLeaf(world, id);
  await page.reload();
  await expect(foot(page)).toContainText("Verified by this server");
  await context.close();
});

test("a maintainer sees and downloads the proof in the guru's log, without JavaScript too; no other site can ask for it", async ({
  browser,
  world,
}) => {
  const id = await anEvent(world);
  for (const javaScriptEnabled of [true, false]) {
    const context = await contextOf(browser, world, "maintainer", { javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${world.url}/gurus/${world.guruA.slug}/audit-logs?event=${id}`);
    await expect(foot(page)).toContainText("Verified by this server");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download proof" }).click(),
    ]);
    const text = readFileSync(await download.path(), "utf8");
    expect(verifyEventProof(text, { pinned: [] })).toMatchObject({ findings: [], record: { id } });
    const [recorded] =
      await world.admin`select * from audit_event where action = 'audit.exported' order by seq desc limit 1`;
    expect(recorded).toMatchObject({ guru_id: world.guruA.id, account_id: world.people.maintainer.id });
    await context.close();
  }
  const before = (
    await world.admin`select count(*)::int as n from audit_event where action = 'audit.exported'`
  )[0]?.n;
  for (const origin of ["https://evil.example", "null", undefined]) {
    const answer = await send(world.url, "/proofs", {
      method: "POST",
      body: new URLSearchParams({ event: id }).toString(),
      headers: {
        cookie: world.people.owner.cookie,
        "content-type": "application/x-www-form-urlencoded",
        ...(origin ? { origin } : {}),
      },
    });
    expect([origin, answer.status]).toEqual([origin, 403]);
  }
  const after = (
    await world.admin`select count(*)::int as n from audit_event where action = 'audit.exported'`
  )[0]?.n;
  expect(after).toBe(before);
});
