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
  if (!isPlainHost(url.hostname))
    throw new FetchRefused(
      "url",
      "The host’s name holds a sign that no host’s name has. Write it with letters, digits, hyphens and dots.",
    );
  return url;
}

/**
 * Is this a name that git can be told the address of, or an address? One with a dot at its end is another to curl's list of
 * addresses than to its requests, and one that begins with a sign is an order to that list: the pin would not hold.
 * @param hostname as URL gives it
 */
export const isPlainHost = (hostname: string) =>
  /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_-])?$/.test(hostname) || /^\[[0-9a-f:.]+\]$/.test(hostname);
