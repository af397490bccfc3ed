/**
 * What two ways of writing one address have in common, by which a double is known. Scheme and `www.` count: they may well
 * be other pages.
 * @param url as `parseWebAddress` gave it: host in lower case, no default port, no fragment
 */
export function pageKey(url: URL): string {
  return url.href;
}

/**
 * A repository is the same with and without `.git` and the slash at its end. Hosts that are git and little else tell the
 * case of a path apart: two that differ in it alone may be two.
 */
export function repositoryKey(url: URL): string {
  return `${url.origin}${repositoryPath(url)}`;
}

/** Without `.git` and slashes at the end. */
export function repositoryPath(url: URL): string {
  return url.pathname.replace(/\/+$/, "").replace(/\.git$/, "");
}
