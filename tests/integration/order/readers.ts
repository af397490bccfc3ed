import { emptyFilter } from "@/lib/audit/query/filter";
import { sealedPage } from "@/lib/audit/query/sealed-order";
import { compileFilter } from "@/lib/audit/query/where";
import { ask, records } from "../audit-api/api-harness";

export interface Follower {
  /** Ids in the order in which they were read. */
  read: string[];
  /** Reads that found something. */
  pages: number;
}

/** What a reader of the log asks, again and again, from where it stood. @returns whether something came */
type Look = (follower: Follower) => Promise<boolean>;

/** Over HTTP, by the cursor that the answer before gave. */
export function overHttp(key: string, perPage: number): Look {
  let cursor = "";
  return async (follower) => {
    const answer = await ask(`?after=${cursor}&perPage=${perPage}`, { key });
    const page = await records(answer);
    cursor = answer.headers.get("x-next-cursor") ?? "";
    follower.read.push(...page.map((record) => record.id));
    return page.length > 0;
  };
}

/** By the place in the sealed order. */
export function byPlace(limit: number): Look {
  let from = 0n;
  return async (follower) => {
    const scope = { orgId: 1, guruScope: null };
    const where = await compileFilter({ ...scope, filter: emptyFilter });
    const page = await sealedPage({ ...scope, where, from, limit });
    if (page.state !== "page") throw new Error(`the place ${from} is ${page.state}`);
    from = page.next;
    follower.read.push(...page.rows.map(({ row }) => row.id));
    return page.rows.length > 0;
  };
}

/** Polls without pause until `isOver`, and then until nothing more comes. */
export async function follow(look: Look, isOver: () => boolean): Promise<Follower> {
  const follower: Follower = { read: [], pages: 0 };
  for (;;) {
    const wasOver = isOver();
    const found = await look(follower);
    if (found) follower.pages += 1;
    else if (wasOver) return follower;
  }
}
