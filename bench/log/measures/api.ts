import { apiPage } from "@/lib/audit/query/api-page";
import type { AuditFilter } from "@/lib/audit/query/filter";
import { sealedPage } from "@/lib/audit/query/sealed-order";
import { compileFilter } from "@/lib/audit/query/where";
import type { Group } from "../group";
import { type Case, sample } from "../sampling";
import { filterOf } from "../values";

const scope = { orgId: 1, guruScope: null };
const perPage = 50;

/** The HTTP API's readers: `page=N` with its exact total, and `after=` in sealed order. */
export const api: Group = {
  name: "api",
  async measure({ peer, values, pace }) {
    const { guru, actor, operation } = values.dimensions;
    const middle = Math.floor(values.kept.events / 2);
    const ofGuru = { guru: [guru.frequent] };
    const guruMiddle = Math.floor((await peer.count(filterOf(ofGuru))) / 2);
    // It counts on each request too.
    const peerPage = async (offset: number) => {
      await peer.count(filterOf({}));
      return peer.page(filterOf({}), offset);
    };
    const cases: Case[] = [
      {
        id: "api-first-page",
        title: "API, page=1",
        ours: () => page({}, 0),
        peer: () => peerPage(0),
        fewestRows: perPage,
      },
      {
        id: "api-page-50",
        title: "API, page=N at 50 %",
        ours: () => page({}, middle),
        peer: () => peerPage(middle),
        fewestRows: perPage,
      },
      {
        id: "api-page-50-guru",
        title: "API, page=N at 50 % of a guru",
        ours: () => page(ofGuru, guruMiddle),
        fewestRows: 1,
      },
      {
        id: "after-middle",
        title: "API, after= from the middle, 1,000 events",
        ours: () => after({}, middle, 1_000),
        fewestRows: 1_000,
      },
      {
        id: "after-guru",
        title: "API, after= from the middle, a guru's",
        ours: () => after({ guru: [guru.frequent] }, middle, 1_000),
        fewestRows: 1,
      },
      {
        id: "after-rare",
        title: "API, after= from the middle, a rare operation",
        ours: () => after({ operation: [operation.rarest] }, middle, 1_000),
        fewestRows: 0,
      },
      {
        id: "after-rare-pair",
        title: "API, after= from the middle, a rare pair",
        ours: () => after({ guru: [guru.rarest], actor: [actor.rarest] }, middle, 1_000),
        fewestRows: 0,
      },
    ];
    return sample(cases, pace);
  },
};

async function page(parts: Partial<AuditFilter>, offset: number): Promise<number> {
  const where = await compileFilter({ ...scope, filter: filterOf(parts) });
  return (await apiPage({ ...scope, where, offset, limit: perPage })).rows.length;
}

async function after(parts: Partial<AuditFilter>, from: number, limit: number): Promise<number> {
  const where = await compileFilter({ ...scope, filter: filterOf(parts) });
  const found = await sealedPage({ ...scope, where, from: BigInt(from), limit });
  return found.state === "page" ? found.rows.length : 0;
}
