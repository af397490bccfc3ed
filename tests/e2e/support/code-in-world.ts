import { firstCommit, writeCorpus } from "../../support/code-corpus";
import type { Admin } from "./roles-database";

/** The name of the repository of a guru. */
export const repositoryOf = (slug: string): string => `git.example.com/team/${slug}`;

/** The path of its file of words. */
export const pathOf = (slug: string): string => `notes/${slug}.md`;

/** What stands in the code of one guru and nowhere else: who finds one of it in an answer has seen that code. */
export const canariesOf = (slug: string) => ({
  repository: repositoryOf(slug),
  path: pathOf(slug),
  /** Path of its file of code. */
  source: `src/${slug}.ts`,
  symbol: `dockOf_${slug.replace("-", "_")}`,
  content: `heron of ${slug}`,
  /** A tag at the commit of its branch. */
  tag: `tide/of-${slug}`,
});
export type Canaries = ReturnType<typeof canariesOf>;
export type Canary = keyof Canaries;

/** In each file of each repository; and a symbol that each of them defines and uses. */
export const wordOfAll = "harbour";
export const symbolOfAll = "moor";

const codeOf = ({
  symbol,
  content,
}: Canaries) => `export function ${symbolOfAll}() {} // ${wordOfAll}: ${content}
export function ${symbol}() { ${symbolOfAll}(); } // ${content}
`;

/**
 * Gives a guru a repository with two files, one of them of this text, as its index would have it. By SQL, and of a source
 * that was never read: no worker takes it up.
 */
export async function addCode(admin: Admin, guruId: string, slug: string, text: string): Promise<void> {
  const own = canariesOf(slug);
  const files = [
    { path: own.path, text: `${text}\n${wordOfAll}: ${own.content}\n` },
    { path: own.source, text: codeOf(own) },
  ];
  const tags = [{ name: own.tag, commit: firstCommit }];
  await writeCorpus(admin, { id: guruId, slug, name: slug }, own.repository, files, { tags });
}
