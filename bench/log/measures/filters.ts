import type { AuditFilter } from "@/lib/audit/query/filter";
import { eventsPage } from "@/lib/audit/query/pages";
import { compileFilter } from "@/lib/audit/query/where";
import type { Group } from "../group";
import type { Peer } from "../peer";
import { type Case, sample } from "../sampling";
import { type Dimension, filterOf, momentAt, type Spread, type Values } from "../values";

const scope = { orgId: 1, guruScope: null };
const dimensions = ["guru", "model", "actor", "actionType", "operation", "outcome"] as const;
const hourMs = 3_600_000;

/** The first page under each single filter: the most frequent, the median and the rarest value of every dimension. */
export const singleFilters: Group = {
  name: "single-filters",
  async measure({ peer, values, pace, rows }) {
    const cases: Case[] = [];
    // At ten million events it reads its table for a minute where a value is rare: a few cases say it all.
    const isShown = (id: string) => rows < 5e6 || /^(guru|model|actor)-(frequent|rarest)$/.test(id);
    const add = (id: string, parts: Partial<AuditFilter>, fewestRows = 1) =>
      cases.push(pageCase(id, parts, { ...(isShown(id) ? { peer } : {}), fewestRows }));
    for (const dimension of dimensions) {
      for (const how of ["frequent", "median", "rarest"] as const)
        add(`${dimension}-${how}`, only(dimension, values.dimensions[dimension][how]));
    }
    add("guru-none", { guru: ["none"] }, 50);
    add("actor-system", { actor: ["system"] }, 50);
    for (const name of ["action", "target", "ip"] as const) {
      add(`${name}-frequent`, { [name]: [values[name].frequent] });
      add(`${name}-rarest`, { [name]: [values[name].rarest] });
    }
    add("gurus-5", { guru: values.gurus }, 50);
    add("actors-5", { actor: values.actors }, 50);
    const middle = momentAt(values, 0.5);
    add("since-middle", { since: middle }, 50);
    add("until-middle", { until: middle }, 50);
    add("two-days", { since: new Date(Date.parse(middle) - 48 * hourMs).toISOString(), until: middle });
    return sample(cases, pace);
  },
};

/** The first page under pairs of filters: every two dimensions, frequent and rare, and pairs that nothing has. */
export const pairsOfFilters: Group = {
  name: "pairs-of-filters",
  async measure({ peer, values, pace, check, rows }) {
    const cases: Case[] = [];
    for (const [at, one] of dimensions.entries()) {
      for (const other of dimensions.slice(at + 1)) {
        for (const [first, second] of mixes) {
          const parts = {
            ...only(one, values.dimensions[one][first]),
            ...only(other, values.dimensions[other][second]),
          };
          const id = `${one}-${first}-${other}-${second}`;
          // The peer scans its table for most of these: a few say it all.
          const isShown = comparedPairs.has(`${one}-${other}`) && !check && rows < 5e6;
          cases.push(pageCase(id, parts, isShown ? { peer } : {}));
        }
      }
    }
    cases.push(pageCase("disjoint", values.disjoint, rows < 5e6 ? { peer } : {}));
    cases.push(...withDates(values));
    return sample(cases, pace);
  },
};

const mixes: readonly [keyof Spread, keyof Spread][] = [
  ["frequent", "frequent"],
  ["frequent", "rarest"],
  ["rarest", "frequent"],
  ["rarest", "rarest"],
];
const comparedPairs = new Set(["guru-actor", "model-operation"]);

/** A date range beside each dimension: an old week, with the frequent and the rarest value. */
function withDates({ kept, dimensions: values }: Values): Case[] {
  const begins = Date.parse(kept.oldest) + 14 * 24 * hourMs;
  const span = {
    since: new Date(begins).toISOString(),
    until: new Date(begins + 7 * 24 * hourMs).toISOString(),
  };
  return dimensions.flatMap((dimension) =>
    (["frequent", "rarest"] as const).map((how) =>
      pageCase(`${dimension}-${how}-week`, { ...only(dimension, values[dimension][how]), ...span }, {}),
    ),
  );
}

function only(dimension: Dimension, value: string): Partial<AuditFilter> {
  return { [dimension]: [value] };
}

/** The first page of a filter as the page asks for it: names resolved, then the rows. */
export function pageCase(
  id: string,
  parts: Partial<AuditFilter>,
  { peer, fewestRows = 0 }: { peer?: Peer; fewestRows?: number },
): Case {
  const filter = filterOf(parts);
  return {
    id,
    title: titleOf(id),
    async ours() {
      const where = await compileFilter({ ...scope, filter });
      return (await eventsPage({ where, limit: 50, cursor: null, direction: "older" })).rows.length;
    },
    ...(peer ? { peer: () => peer.page(filter, 0) } : {}),
    fewestRows,
  };
}

function titleOf(id: string): string {
  return `Page: ${id.replaceAll("-", " ")}`;
}
