import { userAgentName } from "@/lib/platform/fetching/user-agent-name";

/** As much of the file as is read (RFC 9309, 2.5), in characters. */
const readLength = 500 * 1024;
const mostRules = 2_000;

interface Rule {
  allow: boolean;
  pattern: string;
}

/** What a site's robots.txt lets us fetch. */
export interface Robots {
  allows(url: URL): boolean;
}

export const everythingAllowed: Robots = { allows: () => true };

/**
 * Reads a robots.txt (RFC 9309): the groups that name us, or else those for everybody; of the rules that fit the longest
 * counts, and of two equals the one that allows.
 */
export function parseRobots(text: string): Robots {
  const groups = groupsOf(text.slice(0, readLength));
  const named = (name: string) => groups.filter(({ agents }) => agents.includes(name));
  const ours = named(userAgentName.toLowerCase());
  const rules = (ours.length > 0 ? ours : named("*"))
    .flatMap((group) => group.rules)
    .slice(0, mostRules)
    .map((rule) => ({ ...rule, pattern: comparablePattern(rule.pattern) }));
  return {
    allows(url) {
      const path = literally(comparable(`${url.pathname}${url.search}`));
      if (url.pathname === "/robots.txt") return true;
      let best: Rule | undefined;
      for (const rule of rules) {
        if (!fits(rule.pattern, path)) continue;
        const longer = !best || rule.pattern.length > best.pattern.length;
        if (longer || (rule.allow && rule.pattern.length === best?.pattern.length)) best = rule;
      }
      return best?.allow ?? true;
    },
  };
}

interface Group {
  agents: string[];
  rules: Rule[];
}

function groupsOf(text: string): Group[] {
  const groups: Group[] = [];
  let group: Group | undefined;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, key = "", value = ""] = /^\s*([a-z-]+)\s*:\s*([^#]*)/i.exec(line.replace(/^\ufeff/, "")) ?? [];
    const given = value.trim();
    switch (key.toLowerCase()) {
      case "user-agent":
        // Several in a row head one group; a rule ends the head.
        if (!group || group.rules.length > 0) {
          group = { agents: [], rules: [] };
          groups.push(group);
        }
        group.agents.push(given.toLowerCase());
        break;
      case "allow":
      case "disallow":
        // An empty one says nothing.
        if (given !== "") group?.rules.push({ allow: key.toLowerCase() === "allow", pattern: given });
        break;
    }
  }
  return groups;
}

/**
 * A path or pattern as both are compared (RFC 9309, 2.2.2): what an address cannot hold is percent-encoded, what need not
 * be is not, and the rest of the encoding is in capitals. What a reserved sign stands for differs from its encoding.
 */
function comparable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/%([0-9a-f]{2})/gi, (encoded, code: string) => {
      const sign = String.fromCharCode(Number.parseInt(code, 16));
      return /[a-z0-9._~-]/i.test(sign) ? sign : encoded.toUpperCase();
    })
    .replaceAll(/[^a-z0-9._~:/?#[\]@!$&'()*+,;=%-]+/gi, encodeURIComponent);
}

/** The signs of patterns where they stand for themselves, as a pattern would write them (RFC 9309, 2.2.3). */
const literally = (text: string) => text.replaceAll("*", "%2A").replaceAll("$", "%24");

/** Only at the end a `$` is a sign of patterns. */
function comparablePattern(pattern: string): string {
  const isWhole = pattern.endsWith("$");
  const text = comparable(isWhole ? pattern.slice(0, -1) : pattern).replaceAll("$", "%24");
  return isWhole ? `${text}$` : text;
}

/**
 * Does a pattern fit the beginning of a path? `*` stands for anything, a `$` at the end for the end. The parts between
 * stars are looked for one after the other, each as early as it stands: no pattern takes longer than length times length.
 */
function fits(pattern: string, path: string): boolean {
  const isWhole = pattern.endsWith("$");
  const [first = "", ...rest] = (isWhole ? pattern.slice(0, -1) : pattern).split("*");
  if (!path.startsWith(first)) return false;
  let at = first.length;
  const last = isWhole ? rest.pop() : undefined;
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  if (!isWhole) return true;
  if (last === undefined) return at === path.length;
  return path.length - last.length >= at && path.endsWith(last);
}
