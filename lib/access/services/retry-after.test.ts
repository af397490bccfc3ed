import { expect, it } from "vitest";
import { retryAfterSeconds } from "./retry-after";

const now = new Date("2026-03-02T10:00:00.000Z");
const says = (headers: Record<string, string>) => retryAfterSeconds((name) => headers[name], now);

it.each([
  [{ "retry-after": "30" }, 30],
  [{ "retry-after": " 0 " }, 1],
  [{ "retry-after": "1.5" }, 2],
  [{ "retry-after": "Mon, 02 Mar 2026 10:01:00 GMT" }, 60],
  [{ "retry-after": "Mon, 02 Mar 2026 09:00:00 GMT" }, 1],
  [{ "retry-after": "soon" }, null],
  [{ "retry-after": "-5" }, null],
  [{}, null],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1772445690" }, 90],
  [{ "x-ratelimit-remaining": "7", "x-ratelimit-reset": "1772445690" }, null],
  [{ "x-ratelimit-remaining": "0" }, null],
])("%o is a pause of %o seconds", (headers, seconds) => {
  expect(says(headers as Record<string, string>)).toBe(seconds);
});
