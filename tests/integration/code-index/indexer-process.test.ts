import { expect, it } from "vitest";
import { CodeIndexer, IndexerGone } from "@/lib/platform/code/indexing/code-indexer";
import { bucketOf, readPosting } from "@/lib/platform/code/postings";
import { literalKeys } from "@/lib/platform/code/trigrams";
import { withFetchingProduct } from "../network-sources/harness";
import { withIndexer, withIndexers } from "./other-indexers";

withFetchingProduct();
withIndexers();

const signal = new AbortController().signal;
const mib = 1024 * 1024;

it("answers for what it is asked in that order, though the second is done sooner", async () => {
  const indexer = await CodeIndexer.open(signal);
  try {
    const slow = Array.from({ length: 5_000 }, (_, n) => `export function slow${n}() {}`).join("\n");
    const [one, two] = await Promise.all([
      indexer.add([{ path: "slow.ts", text: slow, hasSymbols: true }]),
      indexer.add([{ path: "quick.txt", text: "quick", hasSymbols: false }]),
    ]);
    expect(one.files.map(({ language }) => language)).toEqual(["TypeScript"]);
    expect(two.files).toMatchObject([{ language: "Text", lines: 1, parts: [{ symbols: null }] }]);
    const { buckets, data } = await indexer.finish();
    const [key = 0] = literalKeys("quick");
    const found = readPosting(data[bucketOf(key, buckets)] ?? Buffer.alloc(0), key);
    expect([...(found ?? [])]).toEqual([one.files[0]?.parts.length]);
  } finally {
    await indexer.close();
  }
}, 60_000);

it("ends while it works when it holds more than it may", async () => {
  await withIndexer("tests/support/crashing-indexer.ts");
  const indexer = await CodeIndexer.open(signal, 256 * mib);
  try {
    const file = (text: string) => ({ path: "a.ts", text, hasSymbols: true });
    expect((await indexer.add([file("modest")])).files).toHaveLength(1);
    await expect(indexer.add([file("grows by its symbols")])).rejects.toBeInstanceOf(IndexerGone);
    await expect(indexer.add([file("modest")])).rejects.toBeInstanceOf(IndexerGone);
  } finally {
    await indexer.close();
  }
}, 30_000);
