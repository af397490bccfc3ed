import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sql } from "@/lib/db/client";
import { runtime, setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { copyRows, openCopy } from "./copy-stream";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());
afterEach(async () => {
  await untilNoCopy();
});

/** Queries that a copy has running, by whichever state. */
async function copies(): Promise<number> {
  const [row] = await product.admin<{ n: number }[]>`
    select count(*)::int as n from pg_stat_activity
    where application_name = 'gurulog export' and datname = current_database()`;
  return row?.n ?? 0;
}

async function untilNoCopy(deadlineMs = 15_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while ((await copies()) > 0) {
    if (Date.now() > end) throw new Error("a copy is still there");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// In the select list the series is made row by row, in FROM it would be gathered first.
const endless = copyRows("select repeat('x', 1000) || generate_series(1, 100000000)");
const rows = (n: number) => copyRows(`select '{"n": ' || i || '}' from generate_series(1, ${n}) i`);

describe("a copy", () => {
  it("hands over every byte in few chunks", async () => {
    const copy = await openCopy({ copySql: rows(100_000) });
    let text = "";
    let chunks = 0;
    for await (const chunk of copy.stream) {
      text += Buffer.from(chunk).toString("latin1");
      chunks += 1;
    }
    expect(text.trimEnd().split("\n")).toEqual(Array.from({ length: 100_000 }, (_, i) => `{"n": ${i + 1}}`));
    expect(chunks).toBeLessThan(50);
    expect(await copy.done).toEqual({ bytes: text.length, outcome: "whole" });
  });

  it("runs the work before it in its own snapshot, and hands over nothing when that throws", async () => {
    let isolation: unknown;
    const copy = await openCopy({
      copySql: copyRows("select count(*)::text from account where email = 'late@halden.example'"),
      async snapshotWork(tx) {
        [isolation] =
          await tx`select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as readonly`;
        await product.person("late@halden.example");
      },
    });
    expect(await new Response(copy.stream).text()).toBe("0\n");
    expect(isolation).toEqual({ level: "repeatable read", readonly: "on" });
    const broken = openCopy({
      copySql: rows(1),
      snapshotWork: () => Promise.reject(new Error("not recorded")),
    });
    await expect(broken).rejects.toThrow("not recorded");
  });

  it("is gone from the server two seconds after its reader left, and the pool answers", async () => {
    const copy = await openCopy({ copySql: endless });
    const reader = copy.stream.getReader();
    await reader.read();
    expect(await copies()).toBe(1);
    await reader.cancel();
    await untilNoCopy();
    expect((await copy.done).outcome).toBe("left");
    expect(await sql()`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it("is gone when it is aborted while nobody reads, and its stream errors", async () => {
    const copy = await openCopy({ copySql: endless });
    const reader = copy.stream.getReader();
    await reader.read();
    copy.abort();
    await untilNoCopy();
    await expect(reader.read()).rejects.toThrow();
    expect((await copy.done).outcome).toBe("left");
  });

  it("ends for a reader that stalls", async () => {
    const copy = await openCopy({ copySql: endless, idleMs: 200 });
    const reader = copy.stream.getReader();
    await reader.read();
    expect((await copy.done).outcome).toBe("left");
    await untilNoCopy();
  });

  it("is cut when it takes too long", async () => {
    const copy = await openCopy({ copySql: endless, maxDurationMs: 300 });
    await expect(new Response(copy.stream).arrayBuffer()).rejects.toThrow();
    expect((await copy.done).outcome).toBe("failed");
  });

  it("is cut when it hands over too little for too long, however often somebody reads", async () => {
    const copy = await openCopy({
      copySql: copyRows("select 'x' || pg_sleep(0.01) from generate_series(1, 100000)"),
      paceMs: 300,
    });
    await expect(new Response(copy.stream).arrayBuffer()).rejects.toThrow("too little");
    expect((await copy.done).outcome).toBe("failed");
  });

  it("errors its stream when the query fails midway", async () => {
    const copy = await openCopy({
      copySql: copyRows("select (10 / (50000 - i))::text from generate_series(1, 100000) i"),
    });
    await expect(new Response(copy.stream).text()).rejects.toThrow();
    expect((await copy.done).outcome).toBe("failed");
  });

  it("errors its stream when the backend is killed midway", async () => {
    const copy = await openCopy({ copySql: endless });
    const reader = copy.stream.getReader();
    await reader.read();
    await product.admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gurulog export' and datname = current_database()`;
    const drained = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(drained).rejects.toThrow();
    expect((await copy.done).outcome).toBe("failed");
  });

  it("says so at once when the query cannot begin", async () => {
    await expect(openCopy({ copySql: copyRows("select nonsense") })).rejects.toThrow();
  });

  it("is the same where only the driver can choose the server", async () => {
    const before = runtime();
    const direct = before.urls.direct.replace(/@([^/]+)/, "@$1,$1");
    expect(direct).not.toBe(before.urls.direct);
    const read = async () => new Response((await openCopy({ copySql: rows(30_000) })).stream).text();
    const wanted = await read();
    setRuntime({ ...before, urls: { ...before.urls, direct } });
    try {
      expect(await read()).toBe(wanted);
    } finally {
      setRuntime(before);
    }
  });
});
