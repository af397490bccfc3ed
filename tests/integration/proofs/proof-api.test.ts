import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as checkpointRoute from "@/app/api/ee/audit/checkpoint/route";
import * as consistencyRoute from "@/app/api/ee/audit/consistency/route";
import * as proofRoute from "@/app/api/ee/audit/proof/route";
import * as tileRoute from "@/app/api/ee/audit/tile/[...tile]/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { fromBase64, toHex } from "@/lib/audit/proof/bytes";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { emptyRoot, nodeHash, verifyConsistency } from "@/lib/audit/proof/merkle";
import { verifierKey } from "@/lib/audit/proof/note";
import { signedCheckpoint } from "@/lib/audit/proof/signed-checkpoint";
import { verifiersOf } from "@/lib/audit/proof/signing-keys";
import { tilePath, tilesOf } from "@/lib/audit/proof/tile-path";
import { pinnedKeys } from "@/lib/audit/proof/verify/trust";
import { verifyEventProof } from "@/lib/audit/proof/verify/verify-event-proof";
import { parseEnv } from "@/lib/platform/env";
import { setRuntime } from "@/lib/platform/runtime";
import { cookieOf, keyOf } from "@/tests/integration/audit-api/api-harness";
import { eventLeaves } from "@/tests/integration/sealer/sealed-log";
import { breakTheLog, createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { askRoute, sealAll, signHead } from "./sealed-world";

const first = 700;
const second = 1_500;
const outside = "10000000-0000-7000-8000-000000000000";
let product: TestProduct;
let owner: UserPrincipal;
let key: string;
let origin: string;
let ids: string[];
let foreignId: string;
let unsigned: string;

const routes = {
  "/checkpoint": checkpointRoute,
  "/consistency?from=1": consistencyRoute,
  [`/proof?event=${outside}`]: proofRoute,
  "/tile/0/000.p/1": tileRoute,
};
const api = "/api/ee/audit";
const tileParams = (path: string) => ({ tile: (path.split("/tile/")[1] ?? "").split("/") });

type Options = Parameters<typeof askRoute>[2];
const ask = (path: string, options: Options = {}) => {
  const name = path.split(/[/?]/)[1];
  const route = {
    checkpoint: checkpointRoute,
    consistency: consistencyRoute,
    proof: proofRoute,
    tile: tileRoute,
  }[name ?? ""];
  if (!route) throw new Error(`no route ${path}`);
  const handler = options.method === "HEAD" ? route.HEAD : route.GET;
  return askRoute(handler as never, api + path, { key, params: tileParams(path), ...options });
};

async function refused(given: Response): Promise<string> {
  const body = (await given.json()) as { statusCode: number; errorCode: string; message: string };
  expect(Object.keys(body)).toEqual(["statusCode", "errorCode", "message"]);
  expect(body.statusCode).toBe(given.status);
  expect(body.message.length).toBeGreaterThan(10);
  return `${given.status} ${body.errorCode}`;
}

const count = async (action: string) => (await product.events(action)).length;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  await product.admin`insert into organization (id, name, domain) values (2, 'Other', 'other')`;
  const [head] = await product.admin`select origin from audit_head where org_id = 1`;
  origin = head?.origin as string;
  key = await keyOf(owner);
  await expectNothingYet();
  ids = (await insertEvents(product.admin, variedEvents(first - 1))).map((e) => e.id);
  foreignId = (await insertEvents(product.admin, [{ org_id: 2 }]))[0]?.id ?? "";
  await sealAll(product);
  expect(await signHead(product)).toBe(first);
  ids.push(...(await insertEvents(product.admin, variedEvents(second - first))).map((e) => e.id));
  await sealAll(product);
  expect(await signHead(product)).toBe(second);
  // Sealed, and under no checkpoint yet.
  unsigned = (await insertEvents(product.admin, variedEvents(1)))[0]?.id ?? "";
  await sealAll(product);
});
afterAll(() => product.close());
afterEach(() => setRuntime(product.runtime));

async function expectNothingYet(): Promise<void> {
  for (const path of Object.keys(routes)) {
    const given = await ask(path);
    expect(await given.clone().text()).toContain("No checkpoint");
    expect(await refused(given)).toBe("404 NOT_FOUND");
  }
}

describe("each address of the proofs", () => {
  it("checks header, switch, caller and permission in the order of the log's own address", async () => {
    const auditor = await product.person("auditor@halden.example", "auditor");
    const member = await product.person("member@halden.example");
    const stranger = await product.person("stranger@halden.example", null);
    const narrow = await keyOf(owner, { scopes: ["search"] });
    const here = async (who: UserPrincipal) => ({
      cookie: await cookieOf(who),
      "sec-fetch-site": "same-origin",
    });
    const off = { ...product.runtime, env: parseEnv({ SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "false" }) };
    for (const path of Object.keys(routes)) {
      const good = path.startsWith("/proof") ? `/proof?event=${ids[5]}` : path;
      const none = { key: "" };
      expect(await refused(await ask(path, { ...none, headers: { "x-org-domain": "" } }))).toBe(
        "400 MISSING_ORG_DOMAIN_HEADER",
      );
      setRuntime(off);
      expect(await refused(await ask(path, none))).toBe("404 NOT_FOUND");
      setRuntime(product.runtime);
      expect(await refused(await ask(path, none))).toBe("401 NOT_AUTHENTICATED");
      expect(await refused(await ask(path, { key: "sourcebot-x" }))).toBe("401 NOT_AUTHENTICATED");
      expect(await refused(await ask(path, { ...none, headers: { cookie: await cookieOf(owner) } }))).toBe(
        "401 NOT_AUTHENTICATED",
      );
      expect(await refused(await ask(path, { ...none, headers: await here(stranger) }))).toBe(
        "404 NOT_FOUND",
      );
      expect(await refused(await ask(path, { ...none, headers: await here(member) }))).toBe(
        "403 INSUFFICIENT_PERMISSIONS",
      );
      expect(await refused(await ask(path, { key: narrow }))).toBe("403 INSUFFICIENT_PERMISSIONS");
      expect((await ask(good, { ...none, headers: await here(auditor) })).status).toBe(200);
      expect((await ask(good, { key: await keyOf(auditor, { scopes: ["audit:read"] }) })).status).toBe(200);
      expect((await ask(good, { headers: { "next-router-prefetch": "1" } })).status).toBe(204);
      const head = await ask(good, { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
    }
    const denied = await product.events("access.denied");
    expect(new Set(denied.map((e) => e.details.permission))).toEqual(new Set(["audit:read-proofs"]));
  });

  it("only reads", async () => {
    for (const route of Object.values(routes))
      for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
        const given = await askRoute(route[method] as never, `${api}/x`, { method, key });
        expect(await refused(given)).toBe("405 METHOD_NOT_ALLOWED");
      }
  });

  it.each([
    "/checkpoint?size=",
    "/checkpoint?size=-1",
    "/checkpoint?size=01",
    "/checkpoint?size=1e3",
    "/checkpoint?size=9007199254740993",
    "/checkpoint?size=1&size=2",
    "/checkpoint?from=1",
    "/consistency",
    "/consistency?to=5",
    "/consistency?from=x",
    "/consistency?from=1.5",
    "/consistency?from=2&to=1",
    `/consistency?from=1&to=${second + 1}`,
    "/consistency?from=99999999999999999999",
    "/consistency?from=1&to=%00",
    "/consistency?from=1&to=",
    "/proof",
    "/proof?event=",
    "/proof?event=1",
    "/proof?event='or 1=1",
    "/proof?event=%00",
    `/proof?event=${outside}&event=${outside}`,
    `/proof?event=${outside}&index=1`,
    "/tile/0/000?x=1",
  ])("400 INVALID_QUERY_PARAMS to %s", async (path) => {
    expect(await refused(await ask(path))).toBe("400 INVALID_QUERY_PARAMS");
  });
});

describe("GET /api/ee/audit/checkpoint", () => {
  it("answers the newest signed note, and the one of a size that was signed", async () => {
    const newest = await ask("/checkpoint");
    expect(newest.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const note = await newest.text();
    expect(signedCheckpoint(note, verifiersOf(origin))).toMatchObject({ origin, size: second });
    const older = await (await ask(`/checkpoint?size=${first}`)).text();
    expect(parseCheckpoint(older).size).toBe(first);
    expect(await refused(await ask("/checkpoint?size=3"))).toBe("404 NOT_FOUND");
    const etag = newest.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const known of [etag, `"x", W/${etag}`, "*"]) {
      const again = await ask("/checkpoint", { headers: { "if-none-match": known } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
    }
    expect((await ask("/checkpoint", { headers: { "if-none-match": '"x"' } })).status).toBe(200);
  });
});

describe("GET /api/ee/audit/consistency", () => {
  it("proves any size to any later one up to the newest checkpoint", async () => {
    const roots = new Map<number, string>();
    for (const [from, to] of [
      [0, 0],
      [0, second],
      [1, second],
      [1, 2],
      [255, 256],
      [256, 1024],
      [first, second],
      [1023, 1025],
      [1024, second],
      [second - 1, second],
      [second, second],
    ]) {
      const given = await ask(`/consistency?from=${from}&to=${to}`);
      const body = (await given.json()) as { fromRoot: string; toRoot: string; path: string[] };
      expect(body).toMatchObject({ origin, from, to });
      for (const [size, root] of [
        [from, body.fromRoot],
        [to, body.toRoot],
      ] as const) {
        expect(roots.get(size ?? 0) ?? root).toBe(root);
        roots.set(size ?? 0, root);
      }
      const path = body.path.map(fromBase64);
      const [fromRoot, toRoot] = [fromBase64(body.fromRoot), fromBase64(body.toRoot)];
      expect(verifyConsistency({ from: from ?? 0, to: to ?? 0, fromRoot, toRoot, path })).toBe(true);
    }
    expect(toHex(fromBase64(roots.get(0) ?? ""))).toBe(toHex(emptyRoot()));
    for (const size of [first, second]) {
      const note = await (await ask(`/checkpoint?size=${size}`)).text();
      expect(roots.get(size)).toBe(Buffer.from(parseCheckpoint(note).root).toString("base64"));
    }
    const short = (await (await ask("/consistency?from=5")).json()) as { to: number };
    expect(short.to).toBe(second);
  });
});

describe("GET /api/ee/audit/proof", () => {
  it("answers a file that verifies with a key noted before, and records each read", async () => {
    const trust = { pinned: pinnedKeys(verifiersOf(origin).map(verifierKey)) };
    const before = await count("audit.fetch");
    const asked = [0, 1, 254, 255, 256, first - 2, first - 1, 1022, 1023, 1024, second - 2].map(
      (at) => ids[at],
    );
    for (const event of asked) {
      const given = await ask(`/proof?event=${event?.toUpperCase()}`);
      expect(given.headers.get("content-disposition")).toContain(`audit_proof_${event}.json`);
      expect(given.headers.get("cache-control")).toBe("no-store");
      const text = await given.text();
      const report = verifyEventProof(text, trust);
      expect(report.findings).toEqual([]);
      expect(report).toMatchObject({
        signed: { pinned: true },
        record: { id: event },
        checkpoint: { size: second },
      });
      const forged = text.replace('"label": "', '"label": "x');
      expect(verifyEventProof(forged, trust).findings.map((f) => f.kind)).toEqual(["changed"]);
    }
    await ask(`/proof?event=${ids[0]}`, { method: "HEAD" });
    const reads = (await product.events("audit.fetch")).slice(before);
    expect(reads.map((e) => e.details.filters)).toEqual(asked.map((event) => ({ event })));
    expect(reads[0]?.details).toMatchObject({ mode: "proof", view: "full" });
    expect(reads[0]).toMatchObject({ actor_type: "api_key", account_id: owner.accountId, guru_id: null });
  });

  it("404 for an event that is not there, of another organization, or under no checkpoint yet", async () => {
    const before = await count("audit.fetch");
    expect(await refused(await ask(`/proof?event=${outside}`))).toBe("404 NOT_FOUND");
    expect(await refused(await ask(`/proof?event=${foreignId}`))).toBe("404 NOT_FOUND");
    for (const event of [unsigned, (await insertEvents(product.admin, variedEvents(1)))[0]?.id]) {
      const given = await ask(`/proof?event=${event}`);
      expect(await given.clone().text()).toContain("not sealed yet");
      expect(await refused(given)).toBe("404 NOT_FOUND");
    }
    expect(await count("audit.fetch")).toBe(before);
  });

  it("500, and no record of the event, when the read cannot be recorded", async () => {
    const mend = await breakTheLog(product);
    try {
      const given = await ask(`/proof?event=${ids[3]}`);
      expect(await given.clone().text()).not.toContain(ids[3]);
      expect(await refused(given)).toBe("500 UNEXPECTED_ERROR");
      expect((await ask("/checkpoint")).status).toBe(200);
    } finally {
      await mend();
    }
  });
});

describe("GET /api/ee/audit/tile", () => {
  it("serves each tile of the tree of the newest checkpoint, whose hashes are those of the events", async () => {
    const leaves = (await eventLeaves(product.admin)).slice(0, second);
    const before = await count("audit.fetch");
    for (const tile of tilesOf(second)) {
      const given = await ask(`/${tilePath(tile)}`);
      expect(given.headers.get("content-type")).toBe("application/octet-stream");
      expect(given.headers.get("cache-control")).toContain(tile.width === 256 ? "immutable" : "no-cache");
      const hashes = Buffer.from(await given.arrayBuffer()).toString("hex");
      const nodes = tile.level === 0 ? leaves : subtrees(leaves);
      const expected = nodes.slice(tile.index * 256, tile.index * 256 + tile.width);
      expect(hashes).toBe(expected.map(toHex).join(""));
    }
    expect(tilesOf(second).map(tilePath)).toEqual([
      ...[0, 1, 2, 3, 4].map((n) => `tile/0/00${n}`),
      "tile/0/005.p/220",
      "tile/1/000.p/5",
    ]);
    expect(await count("audit.fetch")).toBe(before);
  });

  it.each([
    "tile/0/005",
    "tile/0/005.p/221",
    "tile/0/006.p/1",
    "tile/1/000.p/6",
    "tile/1/000",
    "tile/2/000.p/1",
    "tile/6/000.p/1",
    "tile/0/0",
    "tile/0/x000/000",
    "tile/0/x999/x999/x999/x999/x999/999",
    "tile/00/000",
    "tile/-1/000",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p",
    "tile/0/000/",
    "tile/0/../../checkpoint",
    "tile/entries/000",
    "tile/0/%00",
    "tile/0",
  ])("404 to %s", async (path) => {
    expect(await refused(await ask(`/${path}`))).toBe("404 NOT_FOUND");
  });
});

/** Roots over each 256 leaves. */
function subtrees(leaves: Uint8Array[]): Uint8Array[] {
  let nodes = leaves;
  for (let level = 0; level < 8; level += 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < nodes.length; i += 2)
      above.push(nodeHash(nodes[i] as Uint8Array, nodes[i + 1] as Uint8Array));
    nodes = above;
  }
  return nodes;
}
