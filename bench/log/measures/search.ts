import type { Group } from "../group";
import { sample } from "../sampling";
import { momentAt } from "../values";
import { pageCase } from "./filters";

/** The first page under a search text, frequent, rare and absent, alone and beside a filter. The peer offers none. */
export const search: Group = {
  name: "search",
  async measure({ values, pace }) {
    const { guru, actor, model } = values.dimensions;
    const rareText = "customer 4711?";
    const old = momentAt(values, 0.2);
    return sample(
      [
        pageCase("search-frequent", { q: "docs.halden" }, { fewestRows: 50 }),
        pageCase("search-everybody", { q: "halden.example" }, { fewestRows: 50 }),
        pageCase("search-operation", { q: "code_search" }, { fewestRows: 50 }),
        pageCase("search-rare-person", { q: "mara.solberg" }, { fewestRows: 1 }),
        pageCase("search-rare-object", { q: rareText }, {}),
        pageCase("search-absent", { q: "zq9-nowhere" }, {}),
        pageCase("search-two-letters", { q: "zq" }, {}),
        pageCase("search-frequent-guru-rarest", { q: "docs.halden", guru: [guru.rarest] }, {}),
        pageCase("search-frequent-actor-rarest", { q: "docs.halden", actor: [actor.rarest] }, {}),
        pageCase("search-rare-object-guru-frequent", { q: rareText, guru: [guru.frequent] }, {}),
        pageCase("search-rare-object-actor-frequent", { q: rareText, actor: [actor.frequent] }, {}),
        pageCase("search-frequent-model-rarest", { q: "halden", model: [model.rarest] }, {}),
        pageCase("search-absent-actor-frequent", { q: "zq9-nowhere", actor: [actor.frequent] }, {}),
        pageCase("search-frequent-old", { q: "docs.halden", until: old }, {}),
      ],
      pace,
    );
  },
};
