import { expect } from "@playwright/test";
import type { FieldValue } from "./actions-post";
import { type Answer, freshAddress, send } from "./matrix-send";
import type { World } from "./roles-world";

export type Hostile = [name: string, value: FieldValue];

/** What is sent where a text is expected. Bytes stand where no valid text can. */
export const hostileValues: Hostile[] = [
  ["NUL", "nul\0inside"],
  ["the replacement character", Buffer.from([0x61, 0xef, 0xbf, 0xbd, 0x62])],
  ["bytes that are no UTF-8", Buffer.from([0x61, 0xff, 0xfe, 0xc0, 0x80, 0x62])],
  ["a lone surrogate as bytes", Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x62])],
  ["CR LF", "line\r\nSet-Cookie: x=1\r\n\r\nmore"],
  ["ANSI", "\u001b[31mred\u001b]0;title\u0007"],
  ["bidi", "\u202egnp.exe\u2066\u2069"],
  ["zero width", "a\u200b\u200d\ufeff\u2060b"],
  ["markup", `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`],
  ["a formula", "=cmd|' /C calc'!A0"],
  ["SQL", "'; drop table account; --"],
  ["__proto__", "__proto__"],
  ["React's own prefix", "$F1"],
  ["a blank", " \t\u00a0\u3000 "],
  ["nothing", ""],
  ["two values", ["one", "two"]],
  ["a file", { file: Buffer.from("bytes\0"), name: "../../etc/passwd" }],
  ["1 MB", "x".repeat(1_000_000)],
];

const insides =
  /\n\s+at .+:\d+:\d+|node_modules|\/var\/lib\/|PostgresError|DrizzleError|ZodError|\b(insert into|update) "|gurulog_(app|owner|sealer)|ECONN|\bTypeError\b|\bSyntaxError\b/;

/**
 * No answer fails on our side, and none shows anything of the insides. No `expect`: that is slow a thousand times.
 * @throws Error that says which request it was
 */
export function assertPlain(about: string, answer: Answer): void {
  const trace = insides.exec(answer.text)?.[0];
  if (answer.status >= 500) throw new Error(`${about}: ${answer.status} ${answer.text.slice(0, 300)}`);
  if (trace !== undefined) throw new Error(`${about} shows ${trace}`);
  const injected = [answer.headers["set-cookie"] ?? []].flat().some((cookie) => cookie.startsWith("x="));
  if (injected) throw new Error(`${about} set a cookie`);
}

/** Reads the log over the API, as a script of the owner's would. */
export function logReader(world: World, key: string) {
  const read = (query: string) =>
    send(world.url, `/api/ee/audit?${query}`, {
      headers: { "x-org-domain": "~", "x-sourcebot-api-key": key, "x-forwarded-for": freshAddress() },
    });
  return {
    read,
    /** Without those that the delay after wrong passwords refused: they become one event when their minute closes. */
    async total(operation: string): Promise<number> {
      const answer = await read(`view=full&operation=${operation}`);
      expect(answer.status, answer.text).toBe(200);
      const events = JSON.parse(answer.text) as { details: { reason?: string } | null }[];
      return events.filter((event) => event.details?.reason !== "throttled").length;
    },
  };
}
