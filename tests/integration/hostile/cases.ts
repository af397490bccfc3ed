import { randomUUID } from "node:crypto";
import { HashedPassword } from "@/lib/access/hashed-password";
import { systemPrincipal } from "@/lib/access/principal";
import { sha256 } from "@/lib/platform/crypto";
import { analyticsCases } from "./analytics-cases";
import { backfillCases } from "./backfill-cases";
import { addresses, type Case, member, owner, stranger } from "./case";
import { doorCases } from "./door-cases";
import { excelCases } from "./excel-cases";
import { integrationCases } from "./integration-cases";
import { linkCases } from "./link-cases";
import { memberCases } from "./member-cases";
import { secretCases } from "./secret-cases";
import {
  change,
  column,
  cut,
  detail,
  filterShown,
  label,
  learntTitle,
  listColumn,
  longDetail,
  search,
  sourceLabel,
} from "./shown";
import { signInCases } from "./sign-in-cases";
import { sourceCases } from "./source-cases";
import type { HostileWorld } from "./world";

const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
const noExport = (w: HostileWorld) => w.product.admin`update export_job set state = 'cancelled'`;
const anOwner = (w: HostileWorld) => w.product.admin`
  update membership set role = 'owner' where account_id = ${w.owner.accountId} and not exists (select from membership where role = 'owner')`;
const noOwner = (w: HostileWorld) =>
  w.product.admin`update membership set role = 'member' where role = 'owner'`;

/**
 * Every command, with every text field that it takes. A test fails where one is missing.
 */
export const cases: Record<string, Case> = {
  ...analyticsCases,
  ...excelCases,
  ...doorCases,
  ...integrationCases,
  ...linkCases,
  ...signInCases,
  ...memberCases,
  ...secretCases,
  ...sourceCases,
  ...backfillCases,
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
  "add-viewer": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, email: `${w.word()}@nobody.example` }),
    shown: {},
  },
  "assign-guru-roles": {
    by: owner,
    input: () => ({ gurus: [randomUUID()], accounts: [randomUUID()], role: "viewer" }),
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
  "admit-registration": {
    by: stranger,
    input: () => ({}),
    shown: {},
    silent: true,
    inner: ["invite", "link"],
  },
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
    input: async (w) => ({
      dataSourceId: await w.beingIndexed(),
      run: 1,
      claim: 1,
      passages: 1,
      learnt: { title: w.word() },
    }),
    shown: { "learnt.title": learntTitle },
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
  "create-user": {
    further: addresses,
    by: owner,
    input: (w) => ({ email: `${w.word()}@hostile.example`, name: w.word() }),
    shown: { email: label, name: column("account", "name") },
    oneOf: 40,
  },
  "delete-user": { by: owner, input: () => ({ accountId: randomUUID() }), shown: {} },
  "grant-auditor": { by: owner, input: () => ({ accountId: randomUUID() }), shown: {} },
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
  "remove-viewer": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, accountId: randomUUID() }),
    shown: {},
  },
  "reset-user-password": { by: owner, input: () => ({ accountId: randomUUID() }), shown: {}, oneOf: 40 },
  "revoke-api-key": { by: owner, input: () => ({ id: randomUUID() }), shown: {} },
  "revoke-auditor": { by: owner, input: () => ({ accountId: randomUUID() }), shown: {} },
  "revoke-guru-roles": {
    by: owner,
    input: () => ({ gurus: [randomUUID()], accounts: [randomUUID()] }),
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
