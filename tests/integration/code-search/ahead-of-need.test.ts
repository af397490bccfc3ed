import { afterAll, beforeAll, expect, it } from "vitest";
import { GET as folderRoute } from "@/app/code/folder/route";
import { GET as previewRoute } from "@/app/code/preview/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { type CodeWorld, cookieOf, foreignRepository, makeCodeWorld, repository } from "./code-harness";

let world: CodeWorld;
/** Of no organization: refused by the permission check. */
let stranger: UserPrincipal;
beforeAll(async () => {
  world = await makeCodeWorld();
  stranger = await world.product.person("stranger@halden.example", null);
});
afterAll(() => world?.product.close());

const routes = { folder: folderRoute, preview: previewRoute };
type Door = keyof typeof routes;

interface Asking {
  person: UserPrincipal | null;
  /** Behind the question mark. */
  query?: string;
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
}

async function ask(door: Door, asking: Asking): Promise<Response> {
  const { person, query = `repository=${repository}&symbol=parseLedger`, method = "GET" } = asking;
  const headers = { ...asking.headers, ...(person ? { cookie: await cookieOf(person) } : {}) };
  const request = new Request(`http://localhost:3000/code/${door}?${query}`, { method, headers });
  const context = { ip: "203.0.113.50", requestId: mintId(), nonce: "n", proto: "http" as const };
  return runWithRequest(context, () => routes[door](request, { params: Promise.resolve({}) }));
}

const events = async () => (await world.product.events()).length;

it.each<Door>(["folder", "preview"])(
  "/code/%s answers a prefetch the same, whoever asks for whatever, and leaves no record",
  async (door) => {
    const before = await events();
    const queries = [
      `repository=${repository}&symbol=parseLedger`,
      `repository=${foreignRepository}&symbol=parseLedger`,
      "repository=git.example.com/none&symbol=parseLedger",
      "",
    ];
    const people = [world.owner, world.viewer, world.visitor, world.auditor, stranger, null];
    const answers = new Set<string>();
    for (const ahead of ["sec-purpose", "next-router-prefetch"])
      for (const person of people)
        for (const query of queries) {
          const answer = await ask(door, { person, query, headers: { [ahead]: "prefetch;prerender" } });
          answers.add(JSON.stringify([answer.status, await answer.text(), [...answer.headers]]));
        }
    expect([...answers]).toEqual([JSON.stringify([204, "", [["cache-control", "no-store"]]])]);
    expect(await events()).toBe(before);
    // Nor is it what is answered to whoever waits.
    expect((await ask(door, { person: world.viewer })).status).toBe(200);
  },
);

it.each<Door>(["folder", "preview"])(
  "/code/%s tells a denied HEAD that it is denied, and nothing else, without a record",
  async (door) => {
    const before = await events();
    const statuses = new Set<number>();
    for (const name of [repository, foreignRepository, "git.example.com/none"]) {
      const query = `repository=${name}&symbol=parseLedger`;
      statuses.add((await ask(door, { person: stranger, query, method: "HEAD" })).status);
    }
    expect(statuses.size).toBe(1);
    expect([...statuses][0]).toBeGreaterThanOrEqual(400);
    expect(await events()).toBe(before);
  },
);

it.each<Door>(["folder", "preview"])(
  "a denial at /code/%s that somebody waits for is recorded",
  async (door) => {
    const person = await world.product.person(`${door}@halden.example`, null);
    const before = await events();
    expect((await ask(door, { person })).status).toBeGreaterThanOrEqual(400);
    const denied = (await world.product.events()).slice(before);
    expect(denied).toMatchObject([{ action: "access.denied", account_id: person.accountId }]);
  },
);
