import { randomUUID } from "node:crypto";
import { type Case, member } from "./case";
import { label } from "./shown";

/** Secrets of a guru, and votes. A secret's value shows nowhere, whatever it is. */
export const secretCases: Record<string, Case> = {
  "delete-secret": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "rate-answer": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, questionId: randomUUID(), vote: "up" }),
    shown: {},
    silent: true,
  },
  "read-secret": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "write-secret": {
    by: member,
    // A guru has two hundred at most.
    before: (w) => w.product.admin`delete from secret`,
    input: (w) => ({ guru: w.guru.slug, name: w.word(), secretValue: w.word() }),
    shown: { name: label },
    further: (field, word) => (field === "name" ? [["a name of JavaScript's", `__proto__${word}`]] : []),
  },
};
