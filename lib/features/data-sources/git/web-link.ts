import { repositoryPath } from "../source-url";

/** How hosts show a line of a file, told by their names; what hosts have in common is only that they differ. */
const shapes: readonly [RegExp, (at: { commit: string; path: string; line: number }) => string][] = [
  [/(^|\.)github\./, ({ commit, path, line }) => `/blob/${commit}/${path}#L${line}`],
  [/(^|\.)gitlab\./, ({ commit, path, line }) => `/-/blob/${commit}/${path}#L${line}`],
  [/(^|\.)bitbucket\./, ({ commit, path, line }) => `/src/${commit}/${path}#lines-${line}`],
  [/(^|\.)(codeberg|gitea|forgejo)\./, ({ commit, path, line }) => `/src/commit/${commit}/${path}#L${line}`],
];

/**
 * Where a person reads a line of a file.
 * @returns the repository's own address where its host is not one whose pages are known
 */
export function lineLink(repository: string, at: { commit: string; path: string; line: number }): string {
  const url = new URL(repository);
  const [, shape] = shapes.find(([host]) => host.test(url.hostname)) ?? [];
  if (!shape) return url.href;
  const path = at.path.split("/").map(encodeURIComponent).join("/");
  return `${url.origin}${repositoryPath(url)}${shape({ ...at, path })}`;
}
