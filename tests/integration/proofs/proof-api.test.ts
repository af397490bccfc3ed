import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
import { eventLeaves } from "@/tests/integration/sealer/sealed-log";
import { breakTheLog, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { type ApiWorld, first, makeApiWorld, outside, refused, second } from "./api-world";

let world: ApiWorld;
let product: TestProduct;
let owner: UserPrincipal;
let origin: string;
let ids: string[];
let foreignId: string;
let unsigned: string;
const ask: ApiWorld["ask"] = (...args) => world.ask(...args);
const count = async (action: string) => (await product.events(action)).length;

beforeAll(async () => {
  world = await makeApiWorld();
  ({ product, owner, origin, ids, foreignId, unsigned } = world);
});
afterAll(() => product.close());

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

describe("a log that is not whole", () => {
  it("is 409 DOES_NOT_VERIFY where a part is missing, and answers what is left", async () => {
    await product.admin`create table kept as select * from audit_seal_tail where org_id = 1 and index >= 1400`;
    await product.admin`delete from audit_seal_tail where org_id = 1 and index >= 1400`;
    try {
      for (const path of ["/consistency?from=1", "/tile/0/005.p/200", `/proof?event=${ids[5]}`])
        expect(await refused(await ask(path))).toBe("409 DOES_NOT_VERIFY");
      expect((await ask("/consistency?from=1&to=1400")).status).toBe(200);
      expect((await ask("/tile/0/000")).status).toBe(200);
      expect((await ask("/checkpoint")).status).toBe(200);
    } finally {
      await product.admin`insert into audit_seal_tail select * from kept`;
    }
    expect((await ask("/consistency?from=1")).status).toBe(200);
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
