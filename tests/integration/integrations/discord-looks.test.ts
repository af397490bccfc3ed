import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { pollDiscord } from "@/lib/features/integrations/answering/poll-discord";
import { systemWork } from "@/lib/jobs/system-work";
import { startTimers, type Timers } from "@/lib/jobs/timers";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { once, troubles } from "@/tests/support/stand-ins/content-server";
import { discordLogin, type StandInDiscord, startDiscord } from "@/tests/support/stand-ins/discord";
import { guruOf } from "../gurus/guru-for-tests";
import { until } from "../gurus/worker-harness";
import { listenIn, standInEnv, tie } from "./integration-world";

let product: TestProduct;
let discord: StandInDiscord;
let member: UserPrincipal;
let timers: Timers | undefined;

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  member = await product.person("m.solberg@halden.example");
});
beforeEach(async () => {
  discord = await startDiscord();
});
afterEach(async () => {
  await timers?.stop();
  timers = undefined;
  await discord?.close();
  await product.admin`delete from integration`;
});
afterAll(() => product?.close());

/** A guru whose bot answers in both channels, each of which was looked at. @returns the integration's id */
async function listening(): Promise<string> {
  const { slug } = await guruOf(member);
  const id = await tie(member, slug, "DISCORD", { baseUrl: discord.url, ...discordLogin });
  await listenIn(member, slug, id, { add: "500", addMode: "auto" });
  await listenIn(member, slug, id, { add: "501", addMode: "auto" });
  return id;
}
/** Channels were read so many minutes ago. */
const lastRead = async (minutes: Record<string, number>) => {
  for (const [channel, ago] of Object.entries(minutes))
    await product.admin`
      update channel_position set read_at = now() - make_interval(mins => ${ago}) where channel_id = ${channel}`;
};
const troubleOf = async (id: string) =>
  (await product.admin`select trouble from integration where id = ${id}`)[0]?.trouble;
const inChannel = (channel: string) => (path: string) => path === `/channels/${channel}/messages`;
const read = () => discord.asked.flatMap(({ path }) => /^\/channels\/(\d+)\/messages$/.exec(path)?.[1] ?? []);

it.each([
  ["is gone", { status: 404, json: { message: "Unknown Channel" } }, /^#general in Halden: .*nothing there/],
  ["is closed to the bot", troubles.forbidden, /^#general in Halden: .*does not let/],
  ["cannot be read", troubles.malformed, /^#general in Halden: .*something else/],
])("a channel that %s is named, and those behind it are read all the same", async (_, trouble, words) => {
  const id = await listening();
  await pollDiscord();
  await lastRead({ "500": 2, "501": 1 });
  discord.say("501", "How do I roll back the gateway?");
  once(
    discord,
    ({ path }) => inChannel("500")(path),
    () => trouble,
  );
  expect(await pollDiscord()).toBe(1);
  expect(await troubleOf(id)).toMatch(words);
  expect(await troubleOf(id)).not.toContain("#support");
  await lastRead({ "500": 1, "501": 1 });
  await pollDiscord();
  expect(await troubleOf(id)).toBeNull();
});

it("a channel that was never there to be read is named too, and keeps nobody else from being heard", async () => {
  discord.messages.delete("500");
  const id = await listening();
  await pollDiscord();
  discord.say("501", "How do I roll back the gateway?");
  await lastRead({ "501": 1 });
  expect(await pollDiscord()).toBe(1);
  expect(await troubleOf(id)).toMatch(/^#general in Halden: /);
});

it("the channel that was not read for longest comes first, also after Discord asked for a pause", async () => {
  const id = await listening();
  await pollDiscord();
  await lastRead({ "500": 1, "501": 2 });
  discord.asked.length = 0;
  await pollDiscord();
  expect(read()).toEqual(["501", "500"]);
  await lastRead({ "500": 1, "501": 2 });
  discord.asked.length = 0;
  discord.trouble.push(troubles.slowDown(31));
  await pollDiscord();
  // The whole bot is to wait, and not one channel.
  expect(read()).toEqual(["501"]);
  expect(await troubleOf(id)).toMatch(/^Discord asks for fewer requests/);
  await lastRead({ "501": 1, "500": 2 });
  discord.asked.length = 0;
  await pollDiscord();
  expect(read()).toEqual(["500", "501"]);
});

it("a token that is refused is the trouble of the whole, and is not tried at each channel", async () => {
  const id = await listening();
  await pollDiscord();
  await lastRead({ "500": 1, "501": 1 });
  discord.asked.length = 0;
  discord.trouble.push(troubles.unauthorized, troubles.unauthorized);
  await pollDiscord();
  expect(read()).toHaveLength(1);
  expect(await troubleOf(id)).toMatch(/^Discord refuses these credentials/);
});

it("a service that is slow for one guru is waited for beside the others, a few at a time", async () => {
  for (let n = 0; n < 6; n++) await listening();
  let waiting = 0;
  let most = 0;
  let goOn = () => {};
  const fourWait = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const held = async () => {
    most = Math.max(most, ++waiting);
    if (waiting === 4) goOn();
    await fourWait;
    waiting -= 1;
    return undefined;
  };
  discord.trouble.push(...Array.from({ length: 12 }, () => held));
  await pollDiscord();
  expect(most).toBe(4);
  expect(read()).toHaveLength(12);
});

it("a worker that stops does not wait for it, and the next look reads what was left", async () => {
  const id = await listening();
  await pollDiscord();
  await lastRead({ "500": 1, "501": 1 });
  discord.say("500", "How do I roll back the gateway?");
  discord.say("501", "And how long does that take?");
  discord.asked.length = 0;
  discord.trouble.push(troubles.silence);
  timers = startTimers(systemWork.filter(({ name }) => name === "channels of Discord"));
  await until("the first channel", async () => read().length === 1);
  await timers.stop();
  // Had it waited for the end of the request's time, the other channel would have been read.
  expect(read()).toHaveLength(1);
  expect(await troubleOf(id)).toBeNull();
  await lastRead({ "500": 1, "501": 1 });
  expect(await pollDiscord()).toBe(2);
});
