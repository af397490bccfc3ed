import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as checkpointRoute from "@/app/api/ee/audit/checkpoint/route";
import * as consistencyRoute from "@/app/api/ee/audit/consistency/route";
import * as proofRoute from "@/app/api/ee/audit/proof/route";
import * as tileRoute from "@/app/api/ee/audit/tile/[...tile]/route";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { entryText } from "@/lib/audit/proof/entry";
import { tilePath, tilesOf } from "@/lib/audit/proof/tile-path";
import type { EventProof } from "@/lib/audit/proof/verify/verify-event-proof";
import { keyOf } from "@/tests/integration/audit-api/api-harness";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { askRoute, sealAll, signHead } from "./sealed-world";

// Debian's golang-go and golang-golang-x-mod-dev; elsewhere the module may stand in GOPATH.
const gopath = "/usr/share/gocode";
const hasGo =
  spawnSync("go", ["version"]).status === 0 &&
  existsSync(`${gopath}/src/golang.org/x/mod/sumdb/tlog/tlog.go`);

const api = "/api/ee/audit";
const sizes = [1, 2, 255, 256, 257, 700, 1_024, 1_025, 2_300];
const size = sizes.at(-1) ?? 0;
let product: TestProduct;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "gurulog-interop-"));
  product = await createTestProduct();
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await product.close();
});

/** Writes down what an auditor would fetch; the last call decides which answers there are. */
async function fetchAll(): Promise<void> {
  const owner = await product.person("owner@halden.example", "owner");
  const key = await keyOf(owner);
  const made = (await product.events()).map((e) => e.id);
  for (const upTo of sizes) {
    const missing = variedEvents(upTo - made.length, made.length);
    if (missing.length > 0) made.push(...(await insertEvents(product.admin, missing)).map((e) => e.id));
    await sealAll(product);
    expect(await signHead(product)).toBe(upTo);
  }
  const get = async (handler: unknown, address: string, params: unknown = {}) => {
    const given = await askRoute(handler as never, api + address, { key, params });
    if (given.status !== 200) throw new Error(`${address}: ${given.status} ${await given.text()}`);
    return given;
  };
  const checkpoints = await Promise.all(
    sizes.map(async (at) => (await get(checkpointRoute.GET, `/checkpoint?size=${at}`)).text()),
  );
  const consistency: unknown[] = [];
  for (const to of sizes)
    for (let from = 1; from <= to; from += from < 12 || from > to - 12 ? 1 : 97)
      consistency.push(await (await get(consistencyRoute.GET, `/consistency?from=${from}&to=${to}`)).json());
  const inclusion: unknown[] = [];
  let keys: string[] = [];
  for (const tile of tilesOf(size)) {
    const file = path.join(dir, tilePath(tile));
    mkdirSync(path.dirname(file), { recursive: true });
    const params = { tile: tilePath(tile).split("/").slice(1) };
    writeFileSync(
      file,
      Buffer.from(await (await get(tileRoute.GET, `/${tilePath(tile)}`, params)).arrayBuffer()),
    );
  }
  for (const [at, id] of made.entries()) {
    if (at > 12 && at < size - 12 && at % 37 !== 0) continue;
    const proof = (await (await get(proofRoute.GET, `/proof?event=${id}`)).json()) as EventProof;
    keys = proof.keys;
    const entry = Buffer.from(entryText(proof.record)).toString("base64");
    inclusion.push({
      index: proof.index,
      entry,
      path: proof.path,
      size: parseCheckpoint(proof.checkpoint).size,
    });
  }
  writeFileSync(path.join(dir, "input.json"), JSON.stringify({ keys, checkpoints, inclusion, consistency }));
}

describe("another implementation", () => {
  it.skipIf(!hasGo)(
    "(golang.org/x/mod/sumdb) accepts our keys, checkpoints, proofs and tiles, and refuses changed ones",
    async () => {
      await fetchAll();
      const program = path.resolve("tests/interop/sumdb/main.go");
      const out = execFileSync("go", ["run", program, dir], {
        encoding: "utf8",
        env: {
          ...process.env,
          GO111MODULE: "off",
          GOPATH: gopath,
          GOCACHE: path.join(tmpdir(), "gurulog-go-cache"),
        },
      });
      const counts = JSON.parse(out) as Record<string, number>;
      console.info(`accepted by golang.org/x/mod/sumdb: ${out.trim()}`);
      expect(counts.keys).toBe(1);
      expect(counts.checkpoints).toBe(sizes.length);
      expect(counts["inclusion proofs"]).toBeGreaterThan(80);
      expect(counts["consistency proofs"]).toBeGreaterThan(150);
      expect(counts["inclusion proofs made of tiles"]).toBe(counts["inclusion proofs"]);
      expect(counts["consistency proofs made of tiles"]).toBeGreaterThan(20);
      expect(counts.tiles).toBe(tilesOf(size).length);
      expect(counts["changed checkpoints refused"]).toBe(counts.checkpoints);
      expect(counts["changed events refused"]).toBe(counts["inclusion proofs"]);
      expect(counts["changed roots refused"]).toBe(counts["consistency proofs"]);
    },
    120_000,
  );
});
