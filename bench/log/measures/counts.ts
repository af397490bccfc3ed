import { countPage } from "@/lib/audit/query/counts";
import { choicesOf } from "@/lib/audit/query/facets";
import type { AuditFilter } from "@/lib/audit/query/filter";
import { compileFilter } from "@/lib/audit/query/where";
import type { Group } from "../group";
import type { Peer } from "../peer";
import { BrokenCase, type Case, sample } from "../sampling";
import { filterOf, momentAt } from "../values";

const scope = { orgId: 1, guruScope: null };

/** The total with the chart's bars, and the dropdowns; the peer counts and lists anew on each request. */
export const counts: Group = {
  name: "counts",
  async measure({ peer, values, pace }) {
    const { guru, model, actor, operation, outcome } = values.dimensions;
    const cases: Case[] = [
      countCase("total-unfiltered", "Total and histogram, unfiltered", {}, peer),
      countCase("total-guru", "Total and histogram of a guru", { guru: [guru.frequent] }, peer),
      countCase("total-gurus", "Total and histogram of five gurus", { guru: values.gurus }, peer),
      countCase("total-actor", "Total and histogram of a person", { actor: [actor.frequent] }, peer),
      countCase("total-model", "Total and histogram of a model", { model: [model.frequent] }, peer),
      countCase("total-operation", "Total and histogram of a rare operation", {
        operation: [operation.rarest],
      }),
      countCase("total-outcome", "Total and histogram of an outcome", { outcome: [outcome.rarest] }),
      {
        id: "dropdowns",
        title: "Choices of all dropdowns",
        async ours() {
          const { choices } = await choicesOf(scope);
          return Object.values(choices).reduce((all, found) => all + found.length, 0);
        },
        peer: () => peer.choices(),
        fewestRows: 20,
      },
    ];
    return sample(cases, pace);
  },
};

/** What no count of the sealer answers is counted under a deadline, and then shown as "at least". */
export const countsOfCombinations: Group = {
  name: "counts-of-combinations",
  async measure({ peer, values, pace }) {
    const { guru, model, actor, actionType } = values.dimensions;
    const middle = momentAt(values, 0.5);
    return sample(
      [
        countCase(
          "total-guru-model",
          "Total and histogram, guru and model",
          { guru: [guru.frequent], model: [model.frequent] },
          peer,
        ),
        countCase("total-actor-type", "Total and histogram, person and action type", {
          actor: [actor.frequent],
          actionType: [actionType.rarest],
        }),
        countCase("total-range", "Total and histogram, half of the time", { since: middle }),
        countCase("total-range-guru", "Total and histogram, half of the time, guru", {
          since: middle,
          guru: [guru.frequent],
        }),
        countCase("total-search", "Total and histogram, search text", { q: "docs.halden" }),
        countCase("total-search-rare", "Total and histogram, rare search text", { q: "customer 4711?" }),
        countCase("total-disjoint", "Total and histogram, nothing found", values.disjoint),
      ],
      pace,
    );
  },
};

function countCase(id: string, title: string, parts: Partial<AuditFilter>, peer?: Peer): Case {
  const filter = filterOf(parts);
  return {
    id,
    title,
    async ours() {
      const where = await compileFilter({ ...scope, filter });
      const { total, histogram } = await countPage(scope, where, { newerThan: null });
      if (histogram.days.length === 0) throw new BrokenCase(`${id}: the histogram has no day`);
      return total.count;
    },
    ...(peer ? { peer: () => peer.count(filter) } : {}),
    fewestRows: 0,
  };
}
