import { type Case, member } from "./case";

/** What an export is asked for is looked up or one of a few words; the search is looked for and found in nothing. */
export const analyticsCases: Record<string, Case> = {
  "export-analytics": {
    by: member,
    before: (w) => w.product.admin`
      insert into question (guru_id, door, text, answered, "references", duration_ms, outcome)
      select ${w.guru.id}, 'ui', 'Which port?', 'yes', '[]', 1, 'quoted'
      where not exists (select from question where guru_id = ${w.guru.id})`,
    input: (w) => ({
      guru: w.guru.slug,
      format: "json",
      interval: "7d",
      filters: { questions: "all", out_of_context: "all", referenced_sources: "all" },
      timeZone: "UTC",
    }),
    shown: {},
  },
};
