import { randomUUID } from "node:crypto";
import { systemPrincipal } from "@/lib/access/principal";
import { type Case, member } from "./case";
import { detail } from "./shown";

/** Sources of the network: what is no address is refused in words; what is one is recorded as it will be fetched. */
export const sourceCases: Record<string, Case> = {
  "fail-indexing": {
    by: () => systemPrincipal,
    input: async (w) => ({ dataSourceId: await w.beingIndexed(), run: 1, claim: 1, message: w.word() }),
    shown: { message: detail("message") },
    outcome: "failure",
  },
  "add-website-sources": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, urls: [`https://${w.word()}.example/`] }),
    shown: {},
  },
  "add-repository-source": {
    by: member,
    input: (w) => ({
      guru: w.guru.slug,
      url: `https://git.example/${w.word()}`,
      branches: "main",
      include: "docs/**",
      exclude: "vendor/**",
      secret: "",
    }),
    shown: {},
  },
  "change-repository-source": {
    by: member,
    input: (w) => ({
      guru: w.guru.slug,
      id: randomUUID(),
      branches: "main",
      include: "docs/**",
      exclude: "vendor/**",
      secret: "",
    }),
    shown: {},
  },
  "start-crawl": {
    by: member,
    before: (w) => w.product.admin`delete from crawl`,
    input: (w) => ({ guru: w.guru.slug, kind: "links", url: `https://${w.word()}.example/`, maxPages: "5" }),
    shown: {},
    silent: true,
  },
  "stop-crawl": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, id: randomUUID() }),
    shown: {},
    silent: true,
  },
  "add-crawled-pages": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, id: randomUUID(), pages: ["0"] }),
    shown: {},
  },
};
