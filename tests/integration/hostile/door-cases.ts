import { randomUUID } from "node:crypto";
import { anonymousPrincipal, systemPrincipal } from "@/lib/access/principal";
import { type Case, member } from "./case";
import { codeCases } from "./code-cases";
import { detail } from "./shown";

/** What comes in from other sites, from bots and by keys, the widgets that let it in, and the search of code. */
export const doorCases: Record<string, Case> = {
  ...codeCases,
  "ask-guru-as-bot": {
    by: () => systemPrincipal,
    input: (w) => ({ guru: w.guru.id, question: w.word(), door: "slack" }),
    shown: { question: detail("question", 200) },
  },
  "ask-guru-through-widget": {
    by: () => anonymousPrincipal,
    input: async (w) => {
      const widget = "hostile".padEnd(43, "x");
      await w.product.admin`
        insert into widget (guru_id, public_id, domain) values (${w.guru.id}, ${widget}, 'https://docs.example.com')
        on conflict do nothing`;
      return { widget, origin: "https://docs.example.com", question: w.word() };
    },
    shown: { question: detail("question", 200) },
  },
  "create-widget": {
    by: member,
    before: (w) => w.product.admin`delete from widget`,
    input: (w) => ({ guru: w.guru.slug, domain: `https://${w.word()}.example.com` }),
    shown: {},
  },
  "delete-widget": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "search-guru": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, question: w.word() }),
    shown: { question: detail("question", 200) },
  },
};
