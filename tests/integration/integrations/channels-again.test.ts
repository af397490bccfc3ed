import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { pollDiscord } from "@/lib/features/integrations/answering/poll-discord";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { discordLogin, type StandInDiscord, startDiscord } from "@/tests/support/stand-ins/discord";
import { guruOf } from "../gurus/guru-for-tests";
import { listenIn, standInEnv, tie } from "./integration-world";

let product: TestProduct;
let discord: StandInDiscord;
let member: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  discord = await startDiscord();
  member = await product.person("m.solberg@halden.example");
});
afterAll(async () => {
  await discord?.close();
  await product?.close();
});

it("a channel that is added again begins anew, whatever a look that came too late left behind", async () => {
  const guru = await guruOf(member);
  const id = await tie(member, guru.slug, "DISCORD", { baseUrl: discord.url, ...discordLogin });
  const look = async () => {
    await product.admin`update channel_position set read_at = now() - interval '1 minute'`;
    return pollDiscord();
  };
  const before = discord.say("500", "before it was removed");
  // The look began before the channel was removed, and kept its position after that.
  await product.admin`
    insert into channel_position (integration_id, channel_id, last_id, read_at)
    values (${id}, '500', ${before.id}, now())`;
  discord.say("500", "Is the gateway down?");
  await listenIn(member, guru.slug, id, { add: "500", addMode: "auto" });
  expect([await look(), await look()]).toEqual([0, 0]);
  discord.say("500", "How do I roll back the gateway?");
  expect(await look()).toBe(1);
  // What is there stays where it is, when another is added.
  discord.say("500", "And how long does that take?");
  await listenIn(member, guru.slug, id, { add: "#support", addMode: "manual" });
  expect(await look()).toBe(1);
});
