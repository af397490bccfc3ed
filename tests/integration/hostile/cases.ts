import { randomUUID } from "node:crypto";
import { anonymousPrincipal, type Principal, systemPrincipal } from "@/lib/access/principal";
import { HashedPassword } from "@/lib/features/accounts/checked-password";
import { sha256 } from "@/lib/platform/crypto";
import {
  change,
  column,
  cut,
  detail,
  filterShown,
  label,
  listColumn,
  longDetail,
  type Shown,
  search,
  sourceLabel,
} from "./shown";
import type { Nasty } from "./strings";
import type { HostileWorld } from "./world";

export interface Case {
  by: (world: HostileWorld) => Principal;
  /** An input that is taken, or refused by the act alone; new each time. */
  input: (world: HostileWorld) => object | Promise<object>;
  /** Makes the act possible again. */
  before?: (world: HostileWorld) => Promise<unknown>;
  /** By field: where its text shows. Fields that are looked up (ids, slugs, passwords) show nowhere. */
  shown: Record<string, Shown>;
  /** Some of its successes are no event: nothing changed, or it was recorded a moment ago. */
  silent?: true;
  /** In everyday runs a field gets one text of so many; default 6. In the full run all of them. */
  oneOf?: number;
  /** Of the event of a success, where its act is to say that something failed. */
  outcome?: "failure";
  /** Fields that no door leads to: what stands there was made by the command around it, which is tried too. */
  inner?: string[];
  /** Texts that only this field takes, as hostile as it lets them be. */
  further?: (field: string, word: string) => Nasty[];
}

const owner = (w: HostileWorld) => w.owner;
const member = (w: HostileWorld) => w.member;
const stranger = () => anonymousPrincipal;
const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
const noExport = (w: HostileWorld) => w.product.admin`update export_job set state = 'cancelled'`;
const anOwner = (w: HostileWorld) => w.product.admin`
  update membership set role = 'owner' where account_id = ${w.owner.accountId} and not exists (select from membership where role = 'owner')`;
const noOwner = (w: HostileWorld) =>
  w.product.admin`update membership set role = 'member' where role = 'owner'`;

/** E-mail addresses that are some, and look like something else. */
const addresses = (field: string, word: string): Nasty[] =>
  field === "email"
    ? ["=1+1", "-1", "+1", "'or'1", "o'brien", "__proto__", "%00"].flatMap((begin, at) =>
        [
          `${begin}${word}@y.example`,
          `${begin}${word}@HALDEN.example`,
          `  ${begin}${word}@z.example\u00a0`,
        ].map((text, form): Nasty => [`mail ${at} ${form}`, text]),
      )
    : [];

/**
 * Every command, with every text field that it takes. A test fails where one is missing.
 */
export const cases: Record<string, Case> = {
  "add-file-source": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, uploadId: randomUUID(), title: w.word() }),
    shown: {},
  },
  "add-maintainer": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, email: `${w.word()}@nobody.example` }),
    shown: {},
  },
  "add-text-source": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, title: w.word(), content: w.word() }),
    shown: {
      title: sourceLabel,
      content: (event, text) => [event.details.sha256, sha256(text).toString("hex")],
    },
  },
  "admit-password-change": { by: member, input: () => ({}), shown: {}, silent: true },
  "admit-registration": { by: stranger, input: () => ({}), shown: {}, silent: true },
  "admit-sign-in": {
    by: stranger,
    input: () => ({ email: null, tokens: [] }),
    shown: {},
    silent: true,
    inner: ["email"],
  },
  "adopt-origin": { by: owner, input: () => ({ size: "999999", confirmation: "999999" }), shown: {} },
  "ask-guru": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, question: w.word() }),
    shown: { question: detail("question", 200) },
  },
  "cancel-export": { by: owner, input: () => ({ id: randomUUID() }), shown: {}, silent: true },
  "change-password": {
    by: member,
    input: (w) => ({ currentPassword: "not this one, no", newPassword: `${w.word()} and more` }),
    shown: {},
    oneOf: 40,
  },
  "complete-indexing": {
    by: () => systemPrincipal,
    input: async (w) => ({ dataSourceId: await w.beingIndexed(), run: 1, passages: 1 }),
    shown: {},
    silent: true,
  },
  "complete-onboarding": {
    further: addresses,
    by: stranger,
    before: noOwner,
    input: (w) => ({
      setupToken: w.product.runtime.keys.setupToken,
      organization: w.word(),
      name: w.word(),
      email: `${w.word()}@hostile.example`,
      password: `${w.word()} and more`,
      joinWithoutApproval: "on",
    }),
    shown: {
      email: label,
      name: column("account", "name"),
      organization: async (_event, text, w) => [
        (await w.product.admin`select name from organization where id = 1`)[0]?.name,
        text,
      ],
    },
    oneOf: 40,
  },
  "complete-verification": {
    by: () => systemPrincipal,
    input: async (w) => ({
      id: await w.beingVerified(),
      attempt: 1,
      person: { accountId: w.owner.accountId, email: w.owner.email },
      ...{ events: 1, size: 1, checkpointSize: null, durationMs: 1, findingCount: 1, problem: null },
      findings: [{ kind: "changed", index: 0, id: randomUUID(), message: "It was changed." }],
    }),
    shown: {
      "findings[].message": longDetail("message"),
      problem: longDetail("message"),
      "person.email": (event, text) => [event.actor_email, cut(text, 320)],
    },
    outcome: "failure",
    silent: true,
  },
  "create-api-key": {
    by: member,
    input: (w) => ({ name: w.word(), scopes: "gurus", expiresInDays: "7" }),
    shown: {
      name: (event, text) => [
        [event.target_label, event.metadata?.api_key],
        [text, text],
      ],
    },
  },
  "create-guru": {
    by: member,
    input: (w) => ({
      name: w.word(),
      slug: w.word(),
      description: w.word(),
      topics: w.word(),
      introText: w.word(),
      exampleQuestions: [w.word()],
      instructions: w.word(),
      visibility: "private",
    }),
    shown: {
      name: label,
      slug: (event, text) => [event.guru_slug, text],
      description: column("guru", "description"),
      topics: column("guru", "topics"),
      introText: column("guru", "intro_text"),
      "exampleQuestions[]": listColumn("guru", "example_questions"),
      instructions: column("guru", "instructions"),
    },
  },
  "create-owner-from-environment": {
    by: () => systemPrincipal,
    input: (w) => ({ email: `${w.word()}@hostile.example`, hashed: new HashedPassword(null) }),
    shown: {},
    silent: true,
  },
  "delete-api-key": { by: member, input: (w) => ({ name: w.word() }), shown: {} },
  "delete-data-sources": { by: member, input: (w) => ({ guru: w.guru.slug, ids: randomUUID() }), shown: {} },
  "delete-view": { by: owner, input: () => ({ scope: { kind: "global" }, id: randomUUID() }), shown: {} },
  "delete-guru": { by: member, input: (w) => ({ guru: w.guru.slug, confirmation: "no" }), shown: {} },
  "download-event-proof": { by: owner, input: () => ({ event: randomUUID() }), shown: {} },
  "erase-person": {
    by: owner,
    input: (w) => ({ email: `${w.word()}@nobody.example`, confirmation: "no" }),
    shown: {},
  },
  "fail-indexing": {
    by: () => systemPrincipal,
    input: async (w) => ({ dataSourceId: await w.beingIndexed(), run: 1, message: w.word() }),
    shown: { message: detail("message") },
    outcome: "failure",
    silent: true,
  },
  "fetch-audit-log": {
    by: owner,
    input: () => ({ filter, mode: "all", view: "full" }),
    shown: { ...filterShown, "filter.q": search },
  },
  "fetch-event-proof": { by: owner, input: () => ({ event: randomUUID() }), shown: {} },
  register: {
    further: addresses,
    before: anOwner,
    by: stranger,
    input: (w) => ({
      name: w.word(),
      email: `${w.word()}@hostile.example`,
      password: `${w.word()} and more`,
    }),
    shown: { email: label, name: column("account", "name") },
    oneOf: 40,
  },
  "reindex-data-sources": { by: member, input: (w) => ({ guru: w.guru.slug, ids: randomUUID() }), shown: {} },
  "remove-maintainer": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, accountId: randomUUID() }),
    shown: {},
  },
  "save-view": {
    by: owner,
    before: (w) => w.product.admin`delete from saved_view`,
    input: (w) => ({ scope: { kind: "global" }, name: w.word(), shared: false, filter }),
    shown: {
      ...filterShown,
      "filter.q": search,
      name: (event, text) => [
        [event.target_label, event.details.name],
        [text, text],
      ],
    },
    oneOf: 12,
  },
  "sign-in": {
    further: addresses,
    by: stranger,
    input: (w) => ({ email: `${w.word()}@hostile.example`, password: w.word() }),
    shown: {},
    oneOf: 40,
  },
  "sign-out": { by: member, input: () => ({}), shown: {} },
  "start-export": {
    oneOf: 20,
    by: owner,
    before: noExport,
    input: () => ({ scope: "global", format: "csv", filter }),
    shown: { ...filterShown, "filter.q": search },
  },
  "update-guru": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, name: w.word() }),
    shown: {
      name: label,
      description: change("description"),
      topics: change("topics"),
      introText: change("intro_text"),
      "exampleQuestions[]": change("example_questions"),
      instructions: change("instructions"),
    },
    silent: true,
  },
  "verify-log": { by: owner, input: () => ({}), shown: {}, silent: true },
  "view-audit-logs": {
    by: owner,
    input: () => ({ scope: { kind: "global" }, filter }),
    shown: { ...filterShown, "filter.q": search },
    silent: true,
  },
};
