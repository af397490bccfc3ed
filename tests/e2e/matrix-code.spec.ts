import { expect } from "@playwright/test";
import { postForm } from "./support/actions-post";
import { pathOf, repositoryOf } from "./support/code-in-world";
import { send } from "./support/matrix-send";
import { uuid } from "./support/matrix-values";
import { test } from "./support/roles-fixture";
import { type Role, roles, seesGuruA } from "./support/roles-world";

/** Who sees the code of which guru: those with a role in it, and the owner. */
const seesGuruB: readonly Role[] = ["owner", "foreign"];
const signedIn = roles.filter((role) => !["anonymous", "removed", "pending", "outsider"].includes(role));

test("nothing of the code of a guru in which one has no role stands in results, counts, facets or completions", async ({
  world,
}) => {
  const { guruA, guruB, url } = world;
  const got: Record<string, unknown> = {};
  const want: Record<string, unknown> = {};
  for (const role of signedIn) {
    const cookie = world.cookieOf(role);
    const form = { query: "file:notes", matches: "100", attemptId: uuid() };
    const found = await postForm(url, "searchCodeAction", form, { cookie });
    const page = await send(url, "/search", { cookie });
    const { matchCount, fileCount } = (found.result?.ok ? found.result.value : null) as {
      matchCount: number;
      fileCount: number;
    };
    const seen = [guruA, guruB].map(({ slug }) => [
      found.answer.text.includes(pathOf(slug)),
      found.answer.text.includes(repositoryOf(slug)),
      page.text.includes(repositoryOf(slug)),
    ]);
    const sees = [seesGuruA.includes(role), seesGuruB.includes(role)];
    const files = sees.filter(Boolean).length;
    got[role] = { seen, fileCount, hasMatches: matchCount > 0 };
    want[role] = { seen: sees.map((is) => [is, is, is]), fileCount: files, hasMatches: files > 0 };
  }
  expect(got).toEqual(want);
});

test("a filter on a foreign repository finds nothing of it, as one on a repository that there is not", async ({
  world,
}) => {
  const { guruA, url } = world;
  for (const repo of [repositoryOf(guruA.slug), "git.example.com/none"]) {
    const form = { query: "file:notes", repo, matches: "100", attemptId: uuid() };
    const { result } = await postForm(url, "searchCodeAction", form, { cookie: world.cookieOf("foreign") });
    expect(result?.ok && (result.value as { fileCount: number }).fileCount).toBe(0);
  }
});
