/** Why a text is no domain rule, in words. */
export class DomainProblem extends Error {
  override readonly name = "DomainProblem";
}

const longest = 200;
/** What a parser of addresses would silently drop or change. */
const unseen = /[\p{Cc}\p{Cf}\p{Z}\p{Cs}]/u;
/** Labels of a host's name, of which each may hold stars. */
const hostShape = /^[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?(\.[a-z0-9*]([a-z0-9*-]*[a-z0-9*])?)*$/;
const ruleShape = /^(https?):\/\/([^/:@?#\\\s]+|\[[0-9a-f:.]+\])(?::(\d{1,5}|\*))?\/?$/i;

/**
 * Reads the rule by which a widget's site is known: `scheme://host[:port]`, which has to match exactly, or a pattern with
 * `*` in it. A star stands for part of a host's name, dots among it, or for any port; the last two names of the host
 * have none, as anybody can register what it would stand for.
 * @returns the rule as it is kept: small letters, no default port, no slash
 * @throws DomainProblem
 */
export function parseDomainRule(text: string): string {
  const shown = text.trim();
  if (shown.length > longest) throw new DomainProblem(`A domain has at most ${longest} characters.`);
  const [, scheme = "", host = "", port] = ruleShape.exec(shown) ?? [];
  if (scheme === "" || unseen.test(shown))
    throw new DomainProblem(
      "Write scheme and host alone, such as https://docs.example.com or http://localhost:8080; a star may stand for sub-domains, as in https://*.example.com.",
    );
  if (!shown.includes("*")) return exactOrigin(shown);
  if (port !== undefined && port !== "*" && !isPort(port))
    throw new DomainProblem("A port is a number from 1 to 65535, or a star.");
  if (host.startsWith("["))
    throw new DomainProblem("An address in brackets takes no star: write its port, as in http://[::1]:8080.");
  const lower = host.toLowerCase();
  if (!lower.includes("*")) return `${exactOrigin(`${scheme}://${host}`)}:*`;
  if (!hostShape.test(lower))
    throw new DomainProblem("With a star, write the host in plain letters, digits, hyphens and dots.");
  const fixed = lower.split(".").slice(-2);
  if (fixed.length < 2 || fixed.some((label) => label.includes("*")) || isNumber(fixed[1] ?? ""))
    throw new DomainProblem(
      "A star must not stand for the end of the name, which anybody can register: write at least two names after it, as in https://*.example.com.",
    );
  return `${scheme.toLowerCase()}://${lower}${portOf(scheme, port)}`;
}

function exactOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.hostname === "" || url.hostname.endsWith("."))
    throw new DomainProblem(
      "This is no address of a site. Write it as the browser shows it, without a path.",
    );
  return url.origin;
}

/** A host that ends in one is an IPv4 address, or none (WHATWG URL, "ends in a number"). */
const isNumber = (label: string) => /^(\d+|0x[0-9a-f]*)$/.test(label);

const isPort = (port: string) => Number(port) >= 1 && Number(port) <= 65_535;

function portOf(scheme: string, port: string | undefined): string {
  const usual = scheme.toLowerCase() === "https" ? "443" : "80";
  return port === undefined || port === usual ? "" : `:${port}`;
}

/**
 * Is a page of this origin one of the rule's site?
 * @param rule as `parseDomainRule` gave it
 * @param origin as the browser sent it; `null` and what is no origin match nothing
 */
export function matchesDomain(rule: string, origin: string | null): boolean {
  if (origin === null || origin.length > 500 || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  // What a browser sends is written like this and in no other way.
  if (url.origin !== origin) return false;
  if (!rule.includes("*")) return rule === origin;
  const [scheme = "", place = ""] = rule.split("://");
  const [host = "", port = ""] = place.split(/:(?=[\d*]+$)/);
  if (url.protocol !== `${scheme}:` || (port !== "*" && url.port !== port)) return false;
  return /^[a-z0-9.-]+$/.test(url.hostname) && matchesStars(host, url.hostname);
}

/** Piece by piece, and so in time that grows with the lengths alone. A star stands for one sign at least. */
function matchesStars(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.split(/\*+/);
  if (others.length === 0) return pattern === text;
  const last = others.pop() ?? "";
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at + 1);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.endsWith(last) && text.length - last.length > at;
}
