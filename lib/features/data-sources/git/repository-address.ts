import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { parseWebAddress } from "@/lib/platform/fetching/web-address";

/**
 * Reads the address of a repository as people copy it from its host. Only http and https are ever given to git; whatever
 * else it understands (`ext::`, `file:`, `ssh:`, paths, options) is no address here.
 * @throws FetchRefused with the reason in words
 */
export function repositoryAddress(text: string): URL {
  if (/^(git@|ssh:|git:)/i.test(text))
    throw new FetchRefused(
      "scheme",
      "Repositories are read by https. Write its address as https://host/owner/name.",
    );
  const url = parseWebAddress(text);
  if (url.search !== "") throw new FetchRefused("url", "A repository's address has no question mark in it.");
  if (url.pathname === "/")
    throw new FetchRefused(
      "url",
      "The address names a host but no repository. Write it as https://host/owner/name.",
    );
  if (url.hostname.endsWith("."))
    throw new FetchRefused("url", "The host’s name ends in a dot. Leave it out.");
  return url;
}
