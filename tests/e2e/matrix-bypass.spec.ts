import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { makeBareBuild } from "./support/bare-build";
import { eachOf, send } from "./support/matrix-send";
import { pageTable } from "./support/matrix-tables";
import { pageAddress } from "./support/page-address";
import { test } from "./support/roles-fixture";
import { hasMarker, makeWorld, type Role, roles } from "./support/roles-world";

interface Way {
  name: string;
  path?: (address: string) => string;
  headers?: Record<string, string>;
  method?: string;
}

const tree = encodeURIComponent(
  JSON.stringify(["", { children: ["(app)", { children: ["__PAGE__", {}] }] }, null, null, true]),
);
const buildId = () => readFileSync(".next/BUILD_ID", "utf8").trim();
/** The first letter behind the slash as its escape: `/gurus` is `/%67urus`. */
const escaped = (address: string) =>
  address.replace(/^\/([a-z])/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`);

/** Requests that a middleware or a router further in might take for another address than they mean. */
const ways: Way[] = [
  {
    name: "x-middleware-subrequest",
    headers: { "x-middleware-subrequest": Array(5).fill("middleware").join(":") },
  },
  {
    name: "x-middleware-subrequest in src",
    headers: { "x-middleware-subrequest": Array(5).fill("src/middleware").join(":") },
  },
  {
    name: "x-middleware headers",
    headers: { "x-middleware-next": "1", "x-middleware-skip": "1", "x-middleware-invoke": "0" },
  },
  { name: "x-nextjs-data", headers: { "x-nextjs-data": "1" } },
  {
    name: "x-invoke and x-matched-path",
    headers: { "x-invoke-path": "/sign-in", "x-invoke-status": "200", "x-matched-path": "/sign-in" },
  },
  { name: "x-original-url", headers: { "x-original-url": "/sign-in", "x-rewrite-url": "/sign-in" } },
  {
    name: "own headers of the front",
    headers: { "x-gl-00": "x", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
  },
  { name: "RSC", headers: { rsc: "1" } },
  {
    name: "RSC with a state tree",
    headers: { rsc: "1", "next-router-state-tree": tree, "next-url": "/sign-in" },
  },
  { name: "RSC prefetch", headers: { rsc: "1", "next-router-prefetch": "1" } },
  {
    name: "RSC segment prefetch",
    headers: { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" },
  },
  { name: "next-resume", headers: { "next-resume": "1" }, method: "GET" },
  { name: "HEAD", method: "HEAD" },
  { name: "?_rsc", path: (a) => `${a}?_rsc=abc12`, headers: { rsc: "1" } },
  { name: ".rsc", path: (a) => `${a === "/" ? "/index" : a}.rsc` },
  { name: ".segments", path: (a) => `${a === "/" ? "/index" : a}.segments/_tree.segment.rsc` },
  { name: ".json", path: (a) => `${a}.json` },
  { name: "_next/data", path: (a) => `/_next/data/${buildId()}${a === "/" ? "/index" : a}.json` },
  { name: "an ending as of a file", path: (a) => `${a}/x.png` },
  { name: "trailing slash", path: (a) => `${a}/` },
  { name: "double slash", path: (a) => `/${a}` },
  { name: "double slash inside", path: (a) => a.replace(/(.)\//g, "$1//") },
  { name: "upper case", path: (a) => a.toUpperCase() },
  { name: "escaped letter", path: escaped },
  { name: "escaped slash", path: (a) => a.replace(/(.)\//g, "$1%2f") },
  { name: "escaped dots", path: (a) => `/%2e${a}` },
  { name: "up from the sign-in page", path: (a) => `/sign-in/..${a}` },
  { name: "up, escaped", path: (a) => `/sign-in/%2e%2e${a}` },
  { name: "up, escaped twice", path: (a) => `/sign-in/%252e%252e${a}` },
  { name: "backslash", path: (a) => a.replaceAll("/", "\\") },
  { name: "path parameter", path: (a) => `${a};x=1` },
  { name: "escaped NUL", path: (a) => `${a}%00` },
  { name: "escaped question mark", path: (a) => `${a}%3f` },
  { name: "absolute form", path: (a) => `http://localhost${a}` },
];

/** The pages that the table keeps from a role, and for which something must not show. */
const closedTo = (role: Role) =>
  [...pageTable]
    .filter(([, row]) => row[role] === "in" || row[role] === "404" || row[role] === "403")
    .map(([page]) => page);

test("no way round the middleware shows a page to somebody whom the table keeps out", async ({ world }) => {
  test.setTimeout(180_000);
  const { people } = world;
  const askers: { who: string; role: Role; cookie: string | undefined }[] = [
    { who: "anonymous", role: "anonymous", cookie: undefined },
    { who: "foreign", role: "foreign", cookie: people.foreign.cookie },
  ];
  const tries = askers.flatMap((asker) =>
    closedTo(asker.role).flatMap((page) => ways.map((way) => ({ ...asker, page, way }))),
  );
  expect(tries.length).toBeGreaterThan(600);
  const found = await eachOf(tries, async ({ role, cookie, page, way }) => {
    const address = pageAddress(page, world);
    const answer = await send(world.url, way.path?.(address) ?? address, {
      method: way.method ?? "GET",
      cookie,
      ...(way.headers ? { headers: way.headers } : {}),
    });
    const tells =
      hasMarker(answer.text) || (role === "anonymous" && /@matrix\.example|"?attemptId/.test(answer.text));
    // An answer without an error or a redirect may only be the sign-in page, or nothing of the page asked for.
    const isPage =
      answer.status === 200 &&
      way.method !== "HEAD" &&
      answer.text.includes("<html") &&
      !isEntry(answer.text);
    return {
      status: answer.status,
      tells,
      isPage: isPage || (answer.status === 200 && way.method === "HEAD"),
    };
  });
  const weak = tries
    .map(({ who, page, way }, at) => ({ who, page, way: way.name, ...found[at] }))
    .filter(({ status, tells, isPage }) => tells || isPage || (status ?? 500) >= 500);
  expect(weak).toEqual([]);
});

const isEntry = (html: string) => /<title>[^<]*(Sign in|Create account)/.test(html);

test("with the middleware taken out of the build every page keeps to the table", async () => {
  test.skip(process.env.GURULOG_TEST_FULL !== "1", "one more product: in the full run");
  test.setTimeout(180_000);
  const bare = makeBareBuild();
  const world = await makeWorld({ command: bare.command });
  try {
    const plain = await send(world.url, "/gurus?x=1");
    // The middleware would have added where to go back to.
    expect([plain.status, plain.headers.location]).toEqual([307, "/sign-in"]);
    for (const [page, row] of pageTable)
      for (const role of roles.filter((one) => !["owner", "auditor", "maintainer"].includes(one))) {
        const cookie = world.cookieOf(role);
        const answer = await send(world.url, pageAddress(page, world), { cookie });
        const cell =
          answer.status !== 307
            ? String(answer.status)
            : answer.location === "/sign-in"
              ? "in"
              : answer.location;
        const want = role === "anonymous" && page === "/settings" ? "/settings/profile" : row[role];
        expect([page, role, cell]).toEqual([page, role, want]);
      }
  } finally {
    await world.close();
    bare.remove();
  }
});
