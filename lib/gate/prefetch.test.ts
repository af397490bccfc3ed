import { expect, test } from "vitest";
import { isPrefetch } from "./prefetch";

test("a request ahead of need is known by whatever browsers and the framework say of it", () => {
  for (const sent of [
    { "sec-purpose": "prefetch" },
    { "sec-purpose": "prefetch;prerender" },
    { purpose: "prefetch" },
    { "x-purpose": "preview" },
    { "x-moz": "prefetch" },
    { "sec-purpose": "something else", purpose: "prefetch" },
    { "next-router-prefetch": "1" },
    { "next-router-segment-prefetch": "/_tree" },
  ] as Record<string, string>[])
    expect([sent, isPrefetch(new Headers(sent))]).toEqual([sent, true]);
});

test("a request that somebody waits for is none", () => {
  for (const sent of [{}, { "sec-fetch-mode": "navigate" }, { "sec-purpose": "" }, { rsc: "1" }] as Record<
    string,
    string
  >[])
    expect([sent, isPrefetch(new Headers(sent))]).toEqual([sent, false]);
});
