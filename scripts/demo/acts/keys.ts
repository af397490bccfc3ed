import { principalOfApiKey } from "@/lib/access/api-keys";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { deleteApiKey } from "@/lib/features/api-keys/commands/delete-api-key";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { getAudit } from "@/lib/features/audit-log/http/get-audit";
import { runtime } from "@/lib/platform/runtime";
import { buildServer, chatBot, collector } from "../team/people";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, type LiveKey, refused, requestOf, type World } from "./world";

export async function createKey(
  world: World,
  { who, name, scopes, days }: { who: string; name: string; scopes: string[]; days: number | null },
): Promise<void> {
  const input = { name, scopes, expiresInDays: days };
  const { id, key } = done(await createApiKey.execute({ ...callOf(await present(world, who)), input }));
  world.keys.set(name, { name, id, key, deleted: false, lastUsed: null });
}

/** A second key of the same name: refused. */
export async function createKeyAgain(
  world: World,
  { who, name }: { who: string; name: string },
): Promise<void> {
  const input = { name, scopes: [], expiresInDays: null };
  refused(await createApiKey.execute({ ...callOf(await present(world, who)), input }));
}

export async function deleteKey(world: World, { who, name }: { who: string; name: string }): Promise<void> {
  done(await deleteApiKey.execute({ ...callOf(await present(world, who)), input: { name } }));
  liveKey(world, name).deleted = true;
}

/** The same click once more, in another window: refused. */
export async function deleteKeyAgain(
  world: World,
  { who, name }: { who: string; name: string },
): Promise<void> {
  refused(await deleteApiKey.execute({ ...callOf(await present(world, who)), input: { name } }));
}

function liveKey(world: World, name: string): LiveKey {
  const key = world.keys.get(name);
  if (!key) throw new Error(`the demo has no key ${name} yet`);
  return key;
}

/** The HTTP API itself, by way of its own handler. @returns the status */
async function readLog(world: World, key: string, from: { ip: string; browser: string }): Promise<number> {
  const since = new Date(world.clock.now().getTime() - 6 * 3_600_000).toISOString();
  const url = `${runtime().baseUrl}/api/ee/audit?since=${since}&view=full&page=1&perPage=100`;
  const headers = { "x-sourcebot-api-key": key, "x-org-domain": "~", "user-agent": from.browser };
  const answer = await getAudit({ request: new Request(url, { headers }), facts: requestOf(from) });
  await answer.body?.cancel();
  return answer.status;
}

function expectStatus(status: number, wanted: number): void {
  if (status !== wanted) throw new Error(`the demo's API call answered ${status}, not ${wanted}`);
}

/** The owner's collector reads the log; a member's key may not. */
export async function readLogByKey(world: World, { name }: { name: string }): Promise<void> {
  const key = liveKey(world, name);
  const mayRead = name === "siem-export";
  key.lastUsed = world.clock.now().getTime();
  if (!mayRead) world.counting = true;
  expectStatus(await readLog(world, key.key, mayRead ? collector : buildServer), mayRead ? 200 : 403);
}

/** A program that was forgotten goes on calling with a deleted key, several times a minute. */
export async function useDeadKey(
  world: World,
  { name, times }: { name: string; times: number },
): Promise<void> {
  const key = liveKey(world, name);
  if (!key.deleted) return;
  await rejected(world, times, () => key.key, buildServer);
}

/** Somebody outside tries keys that never were. */
export async function scanWithKey(world: World, { ip }: { ip: string }): Promise<void> {
  const { random } = world;
  const made = (): string =>
    `sourcebot-${Array.from({ length: 64 }, () => random.between(0, 15).toString(16)).join("")}`;
  await rejected(world, 12, made, { ip, browser: "python-requests/2.32.5" });
}

async function rejected(
  world: World,
  times: number,
  key: () => string,
  from: { ip: string; browser: string },
): Promise<void> {
  world.counting = true;
  for (let n = times; n > 0; n--) {
    expectStatus(await readLog(world, key(), from), 401);
    world.clock.advanceTo(world.clock.now().getTime() + world.random.between(300, 4_000));
  }
}

/** The support chat's bot passes a customer's question on. */
export async function askByKey(world: World, { name, slug }: { name: string; slug: string }): Promise<void> {
  const guru = liveGuru(world, slug);
  const question = world.random.pickAny(guru.spec.questions);
  const key = liveKey(world, name);
  const principal = await principalOfApiKey(key.key);
  if (!principal || question === undefined) throw new Error(`the demo's key ${name} is not taken`);
  key.lastUsed = world.clock.now().getTime();
  done(await askGuru.execute({ principal, request: requestOf(chatBot), input: { guru: slug, question } }));
}
