import "@/lib/audit/proof/node-primitives";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifiable } from "@/lib/audit/export/formats/verifiable";
import { canonicalJson } from "@/lib/audit/proof/canonical-json";
import type { EventRecord } from "@/lib/audit/proof/entry";
import { checkFiles, type Outcome } from "@/lib/audit/proof/verify/check-files";
import { nodePlatform } from "@/lib/audit/proof/verify/node-platform";
import { plainPlatform } from "@/lib/audit/proof/verify/platform";
import { pinnedKeys } from "@/lib/audit/proof/verify/trust";
import { notedKey } from "../exports/check-offline";
import { make } from "../exports/make-file";
import { readVerifiable } from "../exports/read-files";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";
import { type ExportTampering, exportTamperings, fieldEdits, type Parts } from "./export-tamperings";
import { Random, tries } from "./random";
import { shortcoming } from "./tampered-log";

let log: SigningHarness;
let zip: Uint8Array;
let key: string;
beforeAll(async () => {
  log = await signingHarness();
  await log.grow(700);
  await log.signed();
  await log.grow(600);
  await log.signed();
  zip = (await make(verifiable)).bytes;
  key = await notedKey(log.product);
});
afterAll(() => log.close());

const seed = Number(process.env.GURULOG_TEST_SEED ?? 20_261_122);

function file(name: string, bytes: Uint8Array) {
  return {
    name,
    source: {
      size: bytes.length,
      read: async (at: number, length: number) => bytes.subarray(at, at + length),
    },
  };
}

function parts(): Parts {
  const { events, proofs, manifest } = readVerifiable(zip);
  return { events, proofs, manifest, spelt: new Map() };
}

function check({ events, proofs, manifest, spelt }: Parts): Promise<Outcome> {
  const lines = (list: unknown[], own?: Map<number, string>) =>
    Buffer.from(list.map((item, i) => `${own?.get(i) ?? canonicalJson(item)}\n`).join(""));
  return checkFiles(
    [
      file("events.ndjson", lines(events, spelt)),
      file("proofs.ndjson", lines(proofs)),
      file("manifest.json", Buffer.from(JSON.stringify(manifest))),
    ],
    { trust: { pinned: pinnedKeys([key]) }, platform: nodePlatform },
  );
}

async function run(ways: ExportTampering[], times: number): Promise<string[]> {
  const wrong: string[] = [];
  for (let i = 0; i < times; i++) {
    const way = ways[i % ways.length] as ExportTampering;
    const changed = parts();
    const expected = way.change(changed);
    const { verified, findings } = await check(changed);
    const why = verified ? "was missed" : shortcoming(expected, findings);
    if (why) wrong.push(`${way.name} (try ${i}, seed ${seed}) ${why}`);
  }
  return wrong;
}

describe("a verifiable export that was tampered with does not verify, and the row is named", () => {
  it("an untouched one verifies, by the zip and by its files, with Node's functions and without", async () => {
    expect(await check(parts())).toMatchObject({
      verified: true,
      findings: [],
      signed: { by: key, pinned: true },
    });
    for (const platform of [nodePlatform, plainPlatform])
      expect(await checkFiles([file("export.zip", zip)], { trust: { pinned: [] }, platform })).toMatchObject({
        verified: true,
        signed: { by: key, pinned: false },
      });
  });

  it("whatever field of a row is changed", async () => {
    const ways = fieldEdits(parts().events[0] as EventRecord, new Random(seed + 2));
    expect(ways.length).toBeGreaterThan(25);
    expect(await run(ways, Math.max(ways.length, tries(0, 100)))).toEqual([]);
  }, 600_000);

  it("rows taken out, put in and swapped; proofs, manifest and signatures changed", async () => {
    const ways = exportTamperings(new Random(seed + 3));
    expect(await run(ways, Math.max(ways.length, tries(28, 100)))).toEqual([]);
  }, 600_000);

  it("damaged at any byte, it is never called verified with another content", async () => {
    const random = new Random(seed + 4);
    const own = parts();
    for (let i = 0; i < tries(10, 60); i++) {
      const damaged = zip.slice();
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
      const outcome = await checkFiles([file("export.zip", damaged)], {
        trust: { pinned: pinnedKeys([key]) },
        platform: nodePlatform,
      }).catch(() => null);
      // A bit of what is not described (the README, a time stamp) may differ; the evidence may not.
      if (outcome?.verified)
        expect(readVerifiable(damaged)).toMatchObject({ events: own.events, proofs: own.proofs });
    }
  }, 600_000);
});
