import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymousPrincipal, type Principal, type UserPrincipal } from "@/lib/access/principal";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { rateAnswer } from "@/lib/features/ask/commands/rate-answer";
import { addCrawledPages } from "@/lib/features/data-sources/commands/add-crawled-pages";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { addTextSource } from "@/lib/features/data-sources/commands/add-text-source";
import { addWebsiteSources } from "@/lib/features/data-sources/commands/add-website-sources";
import { changeRepositorySource } from "@/lib/features/data-sources/commands/change-repository-source";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { startCrawl } from "@/lib/features/data-sources/commands/start-crawl";
import { stopCrawl } from "@/lib/features/data-sources/commands/stop-crawl";
import { crawlPages, guruCrawls } from "@/lib/features/data-sources/crawl-queries";
import { guruSources, repositorySettings, sourcePassages } from "@/lib/features/data-sources/queries";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { updateGuru } from "@/lib/features/gurus/commands/update-guru";
import { guruLogo, guruOverview, guruProfile, guruSettings } from "@/lib/features/gurus/queries";
import { deleteSecret } from "@/lib/features/secrets/commands/delete-secret";
import { readSecret } from "@/lib/features/secrets/commands/read-secret";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { guruSecrets } from "@/lib/features/secrets/queries";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { removeMaintainer } from "@/lib/features/team/commands/remove-maintainer";
import { guruTeam } from "@/lib/features/team/queries";
import { byKey, createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { giveRole, guruOf } from "./guru-for-tests";

type Verdict = "allowed" | "forbidden" | "not_found" | "unauthenticated";
type Door = {
  execute(call: {
    principal: Principal;
    request: typeof request;
    input: never;
  }): Promise<{ ok: boolean; code?: string }>;
};

let product: TestProduct;
let people: Record<string, Principal>;
let closed: { id: string; slug: string };
let open: { id: string; slug: string };
let abroad: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  const owner = await product.person("owner@halden.example", "owner");
  const maintainer = await product.person("maintainer@halden.example");
  const viewer = await product.person("viewer@halden.example");
  const member = await product.person("member@halden.example");
  const auditor = await product.person("auditor@halden.example", "auditor");
  const former = await product.person("former@halden.example", null);
  closed = await guruOf(maintainer);
  open = await guruOf(maintainer, { visibility: "organization" });
  for (const guru of [closed, open]) {
    await giveRole(guru.id, viewer, "viewer");
    // Rows that a membership's end left behind must open nothing.
    await giveRole(guru.id, former, "maintainer");
    await giveRole(guru.id, auditor, "maintainer");
  }
  await product.admin`insert into organization (id, name, domain) values (2, 'Another', 'another')`;
  abroad = { id: randomUUID(), slug: "abroad" };
  await product.admin`insert into guru (id, org_id, slug, name, visibility) values (${abroad.id}, 2, 'abroad', 'Abroad', 'organization')`;
  people = {
    owner,
    maintainer,
    viewer,
    member,
    auditor,
    former,
    "maintainer's key": byKey(maintainer),
    "maintainer's key of another scope": byKey(maintainer, ["audit:read"]),
    nobody: anonymousPrincipal,
  };
});
afterAll(() => product.close());

/** Inputs that do no harm where they are allowed: what counts is who gets as far as the refusal of the act itself. */
const forMaintainers: Record<string, { door: Door; input: (guru: string) => unknown }> = {
  "update-guru": { door: updateGuru, input: (guru) => ({ guru }) },
  "delete-guru": { door: deleteGuru, input: (guru) => ({ guru, confirmation: "not the slug" }) },
  "add-maintainer": { door: addMaintainer, input: (guru) => ({ guru, email: "nobody@halden.example" }) },
  "remove-maintainer": { door: removeMaintainer, input: (guru) => ({ guru, accountId: randomUUID() }) },
  "add-text-source": {
    door: addTextSource,
    input: (guru) => ({ guru, title: `t ${randomUUID()}`, content: "c" }),
  },
  "add-file-source": { door: addFileSource, input: (guru) => ({ guru, uploadId: randomUUID() }) },
  "add-website-sources": {
    door: addWebsiteSources,
    input: (guru) => ({ guru, urls: "ftp://docs.example.com/" }),
  },
  "add-repository-source": {
    door: addRepositorySource,
    input: (guru) => ({ guru, url: "ssh://docs.example.com/a" }),
  },
  "change-repository-source": {
    door: changeRepositorySource,
    input: (guru) => ({ guru, id: randomUUID() }),
  },
  "the settings of a repository": {
    door: repositorySettings as Door,
    input: (guru) => ({ guru, id: randomUUID() }),
  },
  "start-crawl": {
    door: startCrawl,
    input: (guru) => ({ guru, kind: "links", url: "ftp://docs.example.com/" }),
  },
  "stop-crawl": { door: stopCrawl, input: (guru) => ({ guru, id: randomUUID() }) },
  "add-crawled-pages": { door: addCrawledPages, input: (guru) => ({ guru, id: randomUUID(), pages: "0" }) },
  "the searches for pages": { door: guruCrawls as Door, input: (guru) => ({ guru }) },
  "what a search has found": { door: crawlPages as Door, input: (guru) => ({ guru, id: randomUUID() }) },
  "delete-data-sources": { door: deleteDataSources, input: (guru) => ({ guru, ids: [randomUUID()] }) },
  "reindex-data-sources": { door: reindexDataSources, input: (guru) => ({ guru, ids: [randomUUID()] }) },
  "write-secret": { door: writeSecret, input: (guru) => ({ guru, name: "TOKEN", secretValue: "x" }) },
  "read-secret": { door: readSecret, input: (guru) => ({ guru, id: randomUUID() }) },
  "delete-secret": { door: deleteSecret, input: (guru) => ({ guru, id: randomUUID() }) },
  "the secrets": { door: guruSecrets as Door, input: (guru) => guru },
  "the team": { door: guruTeam as Door, input: (guru) => ({ guru }) },
  "the settings": { door: guruSettings as Door, input: (guru) => guru },
  "the sources": { door: guruSources as Door, input: (guru) => ({ guru }) },
};
const forAskers: typeof forMaintainers = {
  "ask-guru": { door: askGuru, input: (guru) => ({ guru, question: "gateway?" }) },
  "rate-answer": {
    door: rateAnswer,
    input: (guru) => ({ guru, questionId: randomUUID(), vote: "up" }),
  },
  "the overview": { door: guruOverview as Door, input: (guru) => guru },
  "the profile": { door: guruProfile as Door, input: (guru) => guru },
  "the logo": { door: guruLogo as Door, input: (guru) => guru },
  "a source's passages": { door: sourcePassages as Door, input: (guru) => ({ guru, id: randomUUID() }) },
};

const maintainersOnly = {
  viewer: "forbidden",
  member: "not_found",
  auditor: "not_found",
  former: "not_found",
  nobody: "unauthenticated",
} as const;
const expected: Record<
  "closed" | "open",
  { maintainers: Record<string, Verdict>; askers: Record<string, Verdict> }
> = {
  closed: { maintainers: maintainersOnly, askers: { ...maintainersOnly, viewer: "allowed" } },
  open: {
    maintainers: { ...maintainersOnly, member: "forbidden" },
    askers: { ...maintainersOnly, viewer: "allowed", member: "allowed" },
  },
};

/** The act's own refusals come after the permission. Denials have messages of their own. */
const denials = new Set([
  "Please sign in first.",
  "Your role does not allow this. Ask a maintainer or the owner.",
  "This does not exist, or you may not see it.",
]);
async function verdictOf(door: Door, principal: Principal, input: unknown): Promise<Verdict> {
  const result = (await door.execute({ principal, request, input: input as never })) as {
    ok: boolean;
    code?: string;
    message?: string;
  };
  if (result.ok || !denials.has(result.message ?? "")) return "allowed";
  return result.code as Verdict;
}

describe.each(["closed", "open"] as const)("in a guru that is %s", (kind) => {
  const doors = [
    ...Object.entries(forMaintainers).map(([name, door]) => ({ name, door, who: "maintainers" as const })),
    ...Object.entries(forAskers).map(([name, door]) => ({ name, door, who: "askers" as const })),
  ];
  it.each(doors)("$name opens to its $who alone", async ({ door, who }) => {
    const guru = kind === "closed" ? closed : open;
    for (const [name, principal] of Object.entries(people)) {
      for (const ref of [guru.slug, guru.id]) {
        const scoped = name === "maintainer's key of another scope";
        const want = scoped ? "forbidden" : (expected[kind][who][name] ?? "allowed");
        expect(await verdictOf(door.door, principal, door.input(ref)), `${name} by ${ref}`).toBe(want);
      }
    }
  });

  it.each(doors)(
    "$name knows no guru of another organization, nor one that does not exist",
    async ({ door }) => {
      for (const ref of [abroad.slug, abroad.id, "no-such-guru", randomUUID(), "a\0b", "../x", "%00", "'"]) {
        const verdict = await verdictOf(door.door, people.owner as UserPrincipal, door.input(ref));
        expect(verdict, ref).toBe("not_found");
      }
    },
  );
});
