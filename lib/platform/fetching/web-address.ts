import { FetchRefused } from "./fetch-refused";

/** Characters of an address; every browser and server takes as many. */
const maxAddressLength = 2_000;
/** Characters of a name that can be resolved (RFC 1035, 2.3.4). */
const maxHostLength = 253;

/** Ports that browsers do not fetch from (Fetch Standard, "port blocking"): other protocols than HTTP listen there. */
const blockedPorts = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Control and format characters (NUL, line ends, bidi, zero width), spaces, and the backslash that parsers disagree on. */
const unseen = /[\p{Cc}\p{Cf}\p{Z}\p{Cs}\\]/u;

/**
 * An address as somebody gave it, for the log and for messages: a name and password in it are left out, also where it is
 * no address and so nobody can tell what of it is the password.
 */
export function withoutCredentials(text: string): string {
  const url = URL.canParse(text) && !unseen.test(text) ? new URL(text) : null;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (isWeb && !hasCredentials(url) && !holdsCredentials(text)) return text;
  const last = [...text.matchAll(atSign)].at(-1);
  return last === undefined ? text : `…@${text.slice(last.index + last[0].length)}`;
}

/** The sign before which a name or password stands, plain or escaped, however often. */
const atSign = /@|%(?:25)*40/g;

const hasCredentials = (url: URL) => url.username !== "" || url.password !== "";

/**
 * Does one of the addresses in a text hold a name or password? Of two that were joined by a comma the second stands in
 * the path of the first, where it would be shown; one that was copied out of a query is escaped besides. The values of a
 * query are unescaped each by itself: a name in the second is none of the address in the first.
 */
function holdsCredentials(text: string): boolean {
  return (
    hidesCredentials(text) ||
    valuesApart(text).some((part) => part.includes("%") && hidesCredentials(unescaped(part)))
  );
}

/** The text up to the first `&` of its query or fragment, and what is between the others. Before, that sign parts nothing. */
function valuesApart(text: string): string[] {
  const start = text.search(/[?#]/);
  if (start === -1) return [text];
  const [first = "", ...others] = text.slice(start).split("&");
  return [text.slice(0, start) + first, ...others];
}

/** A text without the escapes of ASCII signs, also those that were escaped again. The others are no part of an address' form. */
function unescaped(text: string): string {
  return text.replaceAll(/%(?:25)*([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function hidesCredentials(text: string): boolean {
  const last = text.lastIndexOf("@");
  for (let at = text.indexOf("://"); at !== -1 && at < last; at = text.indexOf("://", at + 3)) {
    // Whatever its scheme: only of http is it known where the name ends.
    const address = `http${text.slice(at)}`;
    if (!URL.canParse(address) || hasCredentials(new URL(address))) return true;
  }
  return false;
}

/**
 * Reads an address that may be fetched from, as people write it or as a redirect names it. Nothing is repaired: what a
 * parser would silently drop is refused, so that the address shown is the one that is fetched. The fragment goes.
 * @param base the address that a relative one is relative to
 * @throws FetchRefused with the problem `url`, `scheme`, `credentials` or `port`
 */
export function parseWebAddress(text: string, base?: URL): URL {
  if (text.length > maxAddressLength)
    throw new FetchRefused(
      "url",
      `An address has at most ${maxAddressLength.toLocaleString("en-US")} characters.`,
    );
  if (unseen.test(text))
    throw new FetchRefused(
      "url",
      "The address holds a space, a backslash or an invisible character. Write it again by hand.",
    );
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : null;
  const credentials = () =>
    new FetchRefused(
      "credentials",
      "An address must not hold a name or a password. Leave out what stands before the @.",
    );
  if (!url && holdsCredentials(text)) throw credentials();
  if (!url)
    throw new FetchRefused(
      "url",
      "This is no web address. Write it whole, such as https://docs.example.com/start.",
    );
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new FetchRefused("scheme", "Only addresses that begin with https:// or http:// are fetched.");
  if (hasCredentials(url) || holdsCredentials(text)) throw credentials();
  if (url.hostname.length > maxHostLength)
    throw new FetchRefused("url", "No server has a name as long as this one.");
  if (url.port !== "" && blockedPorts.has(Number(url.port)))
    throw new FetchRefused(
      "port",
      `Port ${url.port} is for other things than web pages and is not fetched from.`,
    );
  url.hash = "";
  if (url.href.length > maxAddressLength)
    throw new FetchRefused(
      "url",
      `An address has at most ${maxAddressLength.toLocaleString("en-US")} characters.`,
    );
  return url;
}
