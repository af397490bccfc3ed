import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SearchOrder } from "@/lib/features/code-search/engine/messages";
import { ProcessPool } from "@/lib/features/code-search/engine/process-pool";
import type { VisibleRepository } from "@/lib/features/code-search/engine/types";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { corpusGuru, writeCorpus } from "../../support/code-corpus";
import { createTestProduct, type TestProduct } from "../../support/product";

let product: TestProduct;
let repository: VisibleRepository;

beforeAll(async () => {
  product = await createTestProduct();
  const guru = await corpusGuru(product.admin, "one");
  repository = await writeCorpus(product.admin, guru, "git.example/halden/one", [
    { path: "a.txt", text: "what is looked for\n" },
  ]);
});

afterAll(() => product.close());

function order(deadlineMs: number): SearchOrder {
  const read = parseQuery("content:looked");
  if (!read.ok) throw new Error(read.message);
  return {
    ...{ query: read.query, repositories: [repository], matches: 10, contextLines: 0, whole: false },
    ...{ deadlineMs, mostBytes: 1_000_000 },
  };
}

test("searches that come at once start no more processes than there may be", async () => {
  const pool = new ProcessPool({ url: product.runtime.urls.app, pooled: false });
  try {
    const all = await Promise.all(Array.from({ length: 8 }, () => pool.search(order(10_000))));
    expect(all.map(({ outcome }) => outcome?.files.length)).toEqual(Array(8).fill(1));
    expect(pool.pids.length).toBeLessThanOrEqual(3);
  } finally {
    pool.close();
  }
});

test("a process whose connections have gone silent answers, ends, and another one finds what there is", {
  timeout: 60_000,
}, async () => {
  const way = await openWay(product.runtime.urls.app);
  const pool = new ProcessPool({ url: way.url, pooled: false });
  try {
    const first = await pool.search(order(10_000));
    expect(first.outcome?.files).toHaveLength(1);
    const before = pool.pids;
    way.silence();
    let found = 0;
    for (let n = 0; n < 60 && found === 0; n++) {
      const { outcome } = await pool.search(order(500));
      // It says that it has not found everything; it does not fail.
      expect(outcome?.endedBy ?? null).toBe(outcome?.files.length === 1 ? null : "deadline");
      found = outcome?.files.length ?? 0;
    }
    expect(found).toBe(1);
    expect(pool.pids).not.toEqual(before);
  } finally {
    pool.close();
    way.close();
  }
});

interface Way {
  url: string;
  /** Nothing goes through the connections that there are by now, and nobody is told. New ones work. */
  silence(): void;
  close(): void;
}

/** A way to the database on which connections can go silent, as they do when a machine between is switched off. */
async function openWay(url: string): Promise<Way> {
  const to = new URL(url);
  const sockets = new Set<Socket>();
  const server: Server = createServer((from) => {
    const on = connect(Number(to.port || 5432), to.hostname);
    for (const one of [from, on]) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => sockets.delete(one));
    }
    from.pipe(on).pipe(from);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const through = new URL(url);
  through.hostname = "127.0.0.1";
  through.port = String(address.port);
  return {
    url: through.href,
    silence() {
      for (const one of sockets) one.unpipe().pause();
    },
    close() {
      server.close();
      for (const one of sockets) one.destroy();
    },
  };
}
