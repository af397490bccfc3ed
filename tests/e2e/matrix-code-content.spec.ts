import { isDeepStrictEqual } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect } from "@playwright/test";
import { doneValue, postForm } from "./support/actions-post";
import { codeDoors, type Seen, type Visitor } from "./support/code-doors";
import { type Canaries, type Canary, canariesOf, wordOfAll } from "./support/code-in-world";
import { eachOf, freshAddress, send } from "./support/matrix-send";
import { uuid } from "./support/matrix-values";
import { test } from "./support/roles-fixture";
import { type Role, roles, seesGuruA, type World } from "./support/roles-world";

/** The gurus with code: those of the matrix, and one of another organization. */
const slugs = ["guru-a", "guru-b", "abroad"];
/** Those of a guru that there is not, alike but for a letter: other words are looked up in the index as other numbers of keys. */
const missingOf = (slug: string) => canariesOf(slug.replace(/.$/, "z"));
const seesGuruB: readonly Role[] = ["owner", "foreign"];
const seenBy = (role: Role) =>
  slugs.filter((slug) => (slug === "guru-a" ? seesGuruA : slug === "guru-b" ? seesGuruB : []).includes(role));

/** Each role with a session and a key, also those whom neither opens anything. */
async function withVisitors(world: World, work: (visitors: Map<Role, Visitor>) => Promise<void>) {
  const { url, admin, people } = world;
  const clients: Client[] = [];
  const visitors = new Map<Role, Visitor>([["anonymous", { url, cookie: undefined, mcp: null }]]);
  for (const role of roles) {
    if (role === "anonymous") continue;
    const name = `code ${role} ${uuid()}`;
    const made = await postForm(url, "createApiKeyAction", { name }, { cookie: people.owner.cookie });
    const { key } = doneValue<{ key: string }>(made);
    await admin`update api_key set account_id = ${people[role].id} where name = ${name}`;
    const client = new Client({ name: "matrix", version: "1.0.0" });
    const headers = { authorization: `Bearer ${key}`, "x-forwarded-for": freshAddress() };
    const way = new StreamableHTTPClientTransport(new URL("/api/mcp", url), { requestInit: { headers } });
    const isIn = await client.connect(way as never).then(
      () => true,
      () => false,
    );
    if (isIn) clients.push(client);
    visitors.set(role, { url, cookie: people[role].cookie, mcp: isIn ? client : null });
  }
  try {
    await work(visitors);
  } finally {
    for (const client of clients) await client.close();
    await admin`delete from api_key where name like 'code %'`;
  }
}

const canariesIn = ({ text }: Seen, of: Canaries): Canary[] =>
  (Object.keys(of) as Canary[]).filter((canary) => text.includes(of[canary]));

/** An answer without the names of what was asked for, without the id it was asked under, and without how long it took. */
function plain({ status, text }: Seen, of: Canaries): string {
  let plainText = text.replace(/"(duration|durationMs|wait)":[\d.]+|"attemptId":"[^"]*"/g, "");
  for (const canary of Object.keys(of) as Canary[]) plainText = plainText.replaceAll(of[canary], canary);
  return `${status} ${plainText}`;
}

/** What an answer lacks of what it is to show, and what it shows that it is not to. */
interface Finding {
  lacks: string[];
  shows: string[];
}
const joined = (findings: readonly Finding[]): Finding => ({
  lacks: findings.flatMap(({ lacks }) => lacks),
  shows: findings.flatMap(({ shows }) => shows),
});

test("each door of the code search shows each role the code of its gurus, and nothing of any other's", async ({
  world,
}) => {
  test.setTimeout(120_000);
  const problems: string[] = [];
  await withVisitors(world, async (visitors) => {
    expect([...visitors].filter(([, { mcp }]) => mcp).map(([role]) => role)).toEqual([
      ...["owner", "auditor", "member", "maintainer", "viewer", "foreign"],
    ]);
    await eachOf([...visitors], async ([role, by]) => {
      const seen = seenBy(role);
      for (const { name, shows, all, one, repeats = [], isPage } of codeDoors) {
        const look = async (ask: () => Promise<Finding>) => {
          const first = await ask();
          // A search that its deadline cut while the machine stood still lacks something, and is asked for once more.
          const { lacks, shows } = first.lacks.length === 0 ? first : await ask();
          const wrong = [...new Set([...first.shows, ...shows]), ...lacks];
          problems.push(...wrong.map((words) => `${name}, ${role}, ${words}`));
        };
        const check = (answer: Seen, slug: string, known: readonly Canary[]): Finding => {
          const there = canariesIn(answer, canariesOf(slug));
          const missing = shows.filter((canary) => !there.includes(canary));
          const foreign = there.filter((canary) => !known.includes(canary));
          return seen.includes(slug)
            ? { lacks: missing.map((canary) => `${slug}: lacks its ${canary}`), shows: [] }
            : { lacks: [], shows: foreign.map((canary) => `${slug}: shows its ${canary}`) };
        };
        if (all)
          await look(async () => {
            const answer = await all(by);
            return joined(slugs.map((slug) => check(answer, slug, [])));
          });
        if (!one) continue;
        for (const slug of slugs)
          await look(async () => {
            const of = canariesOf(slug);
            const none = missingOf(slug);
            const answer = await one(by, of);
            const missing = await one(by, none);
            const isSame = isPage
              ? answer.status === missing.status
              : plain(answer, of) === plain(missing, none);
            const words = `${slug}: ${isSame ? "" : "not "}answered as one that is missing`;
            const wrong = isSame === seen.includes(slug) ? [words] : [];
            // What somebody is told of code that is not theirs counts at once.
            const other = seen.includes(slug) ? { lacks: wrong, shows: [] } : { lacks: [], shows: wrong };
            return joined([check(answer, slug, repeats), other]);
          });
      }
    });
  });
  expect(problems).toEqual([]);
});

test("counts and facets of each role are of the code of its gurus alone", async ({ world }) => {
  const { url } = world;
  const got: Record<string, unknown> = {};
  const want: Record<string, unknown> = {};
  const countsOf = async (cookie: string | undefined) => {
    const headers = { origin: url, "sec-fetch-site": "same-origin", "content-type": "application/json" };
    const found = await send(url, "/api/search", {
      ...{ method: "POST", cookie, headers: { ...headers, "x-org-domain": "~" } },
      body: JSON.stringify({ query: wordOfAll, matches: 100 }),
    });
    const { stats, repositoryInfo } = JSON.parse(found.text) as {
      stats: Record<string, number>;
      repositoryInfo: unknown[];
    };
    const repos = await send(url, "/api/repos", { cookie, headers });
    const form = { query: wordOfAll, matches: "100", attemptId: uuid() };
    const view = doneValue<{
      fileCount: number;
      matchCount: number;
      facets: Record<"repositories" | "languages", { value: string; files: number; matches: number }[]>;
    }>(await postForm(url, "searchCodeAction", form, { cookie }));
    return {
      ...{ files: stats.fileCount, matches: stats.totalMatchCount, given: stats.actualMatchCount },
      ...{ considered: stats.filesConsidered, loaded: stats.filesLoaded, segments: stats.shardsScanned },
      ...{ named: repositoryInfo.length, repos: repos.headers["x-total-count"] },
      ...{ shownFiles: view.fileCount, shownMatches: view.matchCount },
      facets: view.facets.repositories.map(({ value, files }) => `${value} ${files}`).sort(),
      languages: view.facets.languages.map(({ value, files }) => `${value} ${files}`).sort(),
    };
  };
  for (const role of ["owner", "auditor", "member", "maintainer", "viewer", "foreign"] as const) {
    const seen = seenBy(role);
    const n = seen.length;
    want[role] = {
      ...{ files: 2 * n, matches: 2 * n, given: 2 * n, considered: 2 * n, loaded: 2 * n, segments: n },
      ...{ named: n, repos: `${n}`, shownFiles: 2 * n, shownMatches: 2 * n },
      facets: seen.map((slug) => `${canariesOf(slug).repository} 2`).sort(),
      languages: n === 0 ? [] : [`Markdown ${n}`, `TypeScript ${n}`],
    };
    got[role] = await countsOf(world.cookieOf(role));
    // Cut by its deadline while the machine stood still, it has less.
    if (!isDeepStrictEqual(got[role], want[role])) got[role] = await countsOf(world.cookieOf(role));
  }
  expect(got).toEqual(want);
});
