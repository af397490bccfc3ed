import { eventsPage } from "@/lib/audit/query/pages";
import { compileFilter } from "@/lib/audit/query/where";
import { sql } from "@/lib/db/client";
import { cleanUp } from "../../../scripts/serve/cleanup";
import { figureOf, ratioOf, round } from "../figures";
import type { Group } from "../group";
import type { Peer } from "../peer";
import { deleteIds, nextIds } from "../peer-sql";
import { BrokenCase, type Measured, measuredOf } from "../sampling";
import { makeSpareWeek } from "../spare-week";
import { filterOf } from "../values";

const idleSamples = { full: 200, check: 10 };

/** Removing a week: the product's cleanup beside the peer's deletion by id list, and pages read meanwhile. */
export const removal: Group = {
  name: "removal",
  async measure({ product, peer, values, rows, check }) {
    const rounds = check || rows > 5e6 ? 1 : 3;
    const took = { ours: [] as number[], peer: [] as number[] };
    const pages = {
      idle: [] as number[],
      during: [] as number[],
      peerIdle: [] as number[],
      peerDuring: [] as number[],
    };
    let events = 0;
    const page = async () => {
      const where = await compileFilter({ orgId: 1, guruScope: null, filter: filterOf({}) });
      const { rows: found } = await eventsPage({
        where,
        limit: 50,
        cursor: values.middle,
        direction: "older",
      });
      if (found.length === 0) throw new BrokenCase("removal: a page has no rows");
    };
    const peerPage = () => peer.page(filterOf({}), 0);
    for (let n = 0; n < rounds; n += 1) {
      await product.sealer(false);
      events = await makeSpareWeek(product.runtime);
      await product.sealer(true);
      const [cutoff] = await sql()<{ at: string }[]>`select audit_cutoff()::text as at`;
      const samples = idleSamples[check ? "check" : "full"];
      pages.idle.push(...(await timesOf(page, samples)));
      pages.peerIdle.push(...(await timesOf(peerPage, samples)));
      const ours = await meanwhile(page, () => cleanUp({ onlyWhenDue: false }));
      const theirs = await meanwhile(peerPage, () => removeById(peer, cutoff?.at ?? ""));
      took.ours.push(ours.tookMs);
      took.peer.push(theirs.tookMs);
      pages.during.push(...ours.times);
      pages.peerDuring.push(...theirs.times);
    }
    await assertRemoved(peer);
    const concurrent = measuredOf(
      { id: "page-during-removal", title: "A page while a week is removed" },
      { ours: pages.during, raw: pages.idle, peer: pages.peerDuring },
    );
    const idle = figureOf(pages.idle);
    return [
      {
        ...measuredOf({ id: "remove-week", title: "Removing a week" }, took, events),
        peerByOurs: ratioOf(took.peer, took.ours),
      },
      {
        ...concurrent,
        more: { p95ByIdle: round(concurrent.ours.p95 / idle.p95), peerIdleP95: figureOf(pages.peerIdle).p95 },
      },
    ] satisfies Measured[];
  },
};

async function timesOf(run: () => Promise<unknown>, samples: number): Promise<number[]> {
  await run();
  const times: number[] = [];
  while (times.length < samples) times.push(await timeOf(run));
  return times;
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

/** Reads page after page while something else is done. */
async function meanwhile(
  page: () => Promise<unknown>,
  work: () => Promise<unknown>,
): Promise<{ tookMs: number; times: number[] }> {
  const times: number[] = [];
  let going = true;
  const reading = (async () => {
    while (going || times.length === 0) times.push(await timeOf(page));
  })();
  const tookMs = await timeOf(work).finally(() => {
    going = false;
  });
  await reading;
  return { tookMs, times };
}

/** The peer's cleanup: the ids of the next 10,000, then those deleted, until none is left. */
async function removeById(peer: Peer, cutoff: string): Promise<void> {
  for (;;) {
    const found = await peer.sql.unsafe<{ id: string }[]>(nextIds, [cutoff]);
    if (found.length === 0) return;
    await peer.sql.unsafe(deleteIds, [found.map(({ id }) => id)]);
  }
}

async function assertRemoved(peer: Peer): Promise<void> {
  const [left] = await peer.sql<{ ours: string; peers: string }[]>`
    select (select count(*) from audit_event where occurred_at < audit_cutoff())::text as ours,
      (select count(*) from bench.peer where "timestamp" < audit_cutoff() at time zone 'UTC')::text as peers`;
  if (left?.ours !== "0" || left.peers !== "0")
    throw new BrokenCase(`removal: ${left?.ours} events of ours and ${left?.peers} of the peer's are left`);
}
