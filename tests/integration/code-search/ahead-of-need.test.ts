import { afterAll, beforeAll, expect, it } from "vitest";
import { GET as folderRoute } from "@/app/code/folder/route";
import { GET as previewRoute } from "@/app/code/preview/route";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { type CodeWorld, cookieOf, makeCodeWorld, repository } from "./code-harness";

let world: CodeWorld;
beforeAll(async () => {
  world = await makeCodeWorld();
});
afterAll(() => world?.product.close());

it("a refusal at /code/folder and /code/preview is not recorded where nobody reads it: HEAD and prefetch", async () => {
  const stranger = await world.product.person("stranger@halden.example", null);
  const cookie = await cookieOf(stranger);
  const before = (await world.product.events()).length;
  const ask = async (route: typeof folderRoute, method: string, more: Record<string, string> = {}) => {
    const url = `http://localhost:3000/code/any?repository=${repository}&symbol=parseLedger`;
    const request = new Request(url, { method, headers: { cookie, ...more } });
    const context = { ip: "203.0.113.50", requestId: mintId(), nonce: "n", proto: "http" as const };
    const answer = await runWithRequest(context, () => route(request, { params: Promise.resolve({}) }));
    return answer.status;
  };
  for (const route of [folderRoute, previewRoute]) {
    expect(await ask(route, "HEAD")).toBeGreaterThanOrEqual(400);
    expect(await ask(route, "GET", { "sec-purpose": "prefetch" })).toBeGreaterThanOrEqual(400);
    expect(await world.product.events()).toHaveLength(before);
  }
  expect(await ask(folderRoute, "GET")).toBeGreaterThanOrEqual(400);
  const [denied] = (await world.product.events()).slice(before);
  expect(denied).toMatchObject({ action: "access.denied", account_id: stranger.accountId });
});
