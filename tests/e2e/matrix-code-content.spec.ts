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
        const check = (answer: Seen, slug: string, known: readonly Canary[]) => {
          const there = canariesIn(answer, canariesOf(slug));
          const wrong = seen.includes(slug)
            ? shows.filter((canary) => !there.includes(canary)).map((canary) => `lacks its ${canary}`)
            : there.filter((canary) => !known.includes(canary)).map((canary) => `shows its ${canary}`);
          problems.push(...wrong.map((words) => `${name}, ${role}, ${slug}: ${words}`));
        };
        const answer = await all?.(by);
        if (answer) for (const slug of slugs) check(answer, slug, []);
        if (!one) continue;
        for (const slug of slugs) {
          const of = canariesOf(slug);
          const none = missingOf(slug);
          const answer = await one(by, of);
          const missing = await one(by, none);
          check(answer, slug, repeats);
          const isSame = isPage
            ? answer.status === missing.status
            : plain(answer, of) === plain(missing, none);
          if (isSame === seen.includes(slug))
            problems.push(
              `${name}, ${role}, ${slug}: ${isSame ? "" : "not "}answered as one that is missing`,
            );
        }
      }
    });
  });
  expect(problems).toEqual([]);
});

test("counts and facets of each role are of the code of its gurus alone", async ({ world }) => {
  const { url } = world;
  const got: Record<string, unknown> = {};
  const want: Record<string, unknown> = {};
  for (const role of ["owner", "auditor", "member", "maintainer", "viewer", "foreign"] as const) {
    const cookie = world.cookieOf(role);
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
    got[role] = {
      ...{ files: stats.fileCount, matches: stats.totalMatchCount, given: stats.actualMatchCount },
      ...{ considered: stats.filesConsidered, loaded: stats.filesLoaded, segments: stats.shardsScanned },
      ...{ named: repositoryInfo.length, repos: repos.headers["x-total-count"] },
      ...{ shownFiles: view.fileCount, shownMatches: view.matchCount },
      facets: view.facets.repositories.map(({ value, files }) => `${value} ${files}`).sort(),
      languages: view.facets.languages.map(({ value, files }) => `${value} ${files}`).sort(),
    };
    const seen = seenBy(role);
    const n = seen.length;
    want[role] = {
      ...{ files: 2 * n, matches: 2 * n, given: 2 * n, considered: 2 * n, loaded: 2 * n, segments: n },
      ...{ named: n, repos: `${n}`, shownFiles: 2 * n, shownMatches: 2 * n },
      facets: seen.map((slug) => `${canariesOf(slug).repository} 2`).sort(),
      languages: n === 0 ? [] : [`Markdown ${n}`, `TypeScript ${n}`],
    };
  }
  expect(got).toEqual(want);
});
