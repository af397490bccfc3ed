import "server-only";
import { isIP } from "node:net";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import type { Resolve } from "@/lib/platform/fetching/guarded-connector";
import { guardedFetch } from "@/lib/platform/fetching/guarded-fetch";
import { NotNow, Unreadable } from "../indexing/text-piece";
import type { GitRun } from "./git-process";
import { isPlainHost } from "./repository-address";

const refs = "/info/refs";
const service = "service=git-upload-pack";
/** How a server that speaks git's own protocol over HTTP answers (gitprotocol-http(5)). */
const advertisement = "application/x-git-upload-pack-advertisement";

/** A repository at the address that in the end answered, with what git is told so that it goes there and nowhere else. */
export interface RemoteRepository {
  url: string;
  run: Pick<GitRun, "config" | "protocols">;
}

/**
 * Finds out, through the guarded fetcher, where a repository is. git itself follows no redirect and asks no name server:
 * it connects to the address that was judged.
 * @param url as `repositoryAddress` gave it
 * @param token of the source's secret; null = a public repository
 * @param resolve by default the system's
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function remoteRepository(
  url: string,
  token: string | null,
  signal: AbortSignal,
  resolve?: Resolve,
): Promise<RemoteRepository> {
  const asked = new URL(url);
  const authorization = token === null ? undefined : basicAuthorization(token);
  if (authorization && !keepsSecrets(asked))
    throw new Unreadable("A token is sent by https:// only. Write the repository's address with https.");
  const found = await ask(`${asked.origin}${asked.pathname.replace(/\/+$/, "")}${refs}?${service}`, {
    signal,
    ...(authorization ? { authorization } : {}),
    ...(resolve ? { resolve } : {}),
  });
  const { url: at, address } = found;
  if (!isPlainHost(at.hostname)) throw new Unreadable("The host’s name is none that git can be sent to.");
  if (!at.pathname.endsWith(refs) || at.search !== `?${service}`) throw notGit();
  // What the host redirects to elsewhere is fetched without the token, as it was found.
  const isSameHost = at.origin === asked.origin;
  const base = `${at.origin}${at.pathname.slice(0, -refs.length)}`;
  return {
    url: base,
    run: {
      protocols: at.protocol === "http:" ? "https:http" : "https",
      config: {
        ...pinned(at, address),
        ...(authorization && isSameHost
          ? { [`http.${at.origin}/.extraHeader`]: `Authorization: ${authorization}` }
          : {}),
      },
    },
  };
}

async function ask(url: string, by: { signal: AbortSignal; authorization?: string; resolve?: Resolve }) {
  const { authorization } = by;
  try {
    const found = await guardedFetch(url, {
      httpsOnly: true,
      accept: advertisement,
      // As git will ask: otherwise the host lists all its refs, which may be more than a fetch takes (gitprotocol-v2(5)).
      headers: { "git-protocol": "version=2" },
      ...by,
    });
    const { status } = found;
    if (status === 401 || status === 403)
      throw new Unreadable(
        authorization
          ? "The host does not accept the token for this repository. Check the secret, and what the token may read."
          : "This repository asks for a token. Store one as a secret of this guru and name it here.",
      );
    if (status === 404 || status === 410)
      throw new Unreadable("There is no repository at this address, or it is private and needs a token.");
    if (status === 429 || status >= 500)
      throw new NotNow(`The repository's host cannot answer at the moment (status ${status}).`);
    if (status !== 200 || !found.header("content-type")?.startsWith(advertisement)) throw notGit();
    return found;
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    throw error.isPassing ? new NotNow(error.message) : new Unreadable(error.message);
  }
}

const notGit = () =>
  new Unreadable("What is at this address is no git repository. Give the address that you would clone.");

/**
 * Most hosts take a token as the password of any name; one that wants a certain name gets it before a colon in the secret.
 */
function basicAuthorization(token: string): string {
  const credentials = token.includes(":") ? token : `x-access-token:${token}`;
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/** https, or this very machine. */
function keepsSecrets(url: URL): boolean {
  return url.protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

/**
 * What sends git to one address only (CURLOPT_RESOLVE(3): a sign before the name would mean another thing).
 * @param at with a plain host
 * @param address that answered for it
 * @returns git's setting; none for a numeric host, which is its own address
 */
export function pinned(at: URL, address: string): Record<string, string> {
  const host = at.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return {};
  if (isIP(address) === 0) throw new Error("a fetch did not tell where it was connected to");
  const port = at.port || (at.protocol === "https:" ? "443" : "80");
  return { "http.curloptResolve": `${host}:${port}:${isIP(address) === 6 ? `[${address}]` : address}` };
}
