import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { UserPrincipal } from "@/lib/access/principal";
import { guruCreated } from "@/lib/audit/catalogue/gurus";
import { apiKeyCreated } from "@/lib/audit/catalogue/organization";
import { schema } from "@/lib/db/client";
import { anySignedIn } from "@/lib/gate/allow";
import { type CommandSpec, command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import {
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";

let product: TestProduct;
let member: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("member@halden.example");
});
afterAll(() => product.close());

const input = z.strictObject({});
type Spec = CommandSpec<typeof input, null, null>;

const good: Spec = {
  name: "faulty",
  input,
  allow: anySignedIn,
  event: apiKeyCreated,
  target: () => ({ id: "1" }),
  async run({ tx }) {
    await tx
      .insert(schema.readWindow)
      .values({ kind: "act", principal: "x", digest: Buffer.alloc(1), startedAt: new Date() });
    return { value: null, audit: { label: "x", details: { scopes: [], expiresAt: null } } };
  },
};

/** What the author of a command can get wrong: nothing may happen unrecorded, and no fault passes for a refusal. */
const faults: Record<string, Partial<Spec>> = {
  "details that the catalogue does not know": {
    run: async (context) => ({
      ...(await good.run(context)),
      audit: { label: "x", details: { scopes: [], expiresAt: null, colour: "red" } },
    }),
  },
  "no details where the catalogue asks for some": {
    run: async (context) => ({ ...(await good.run(context)), audit: { label: "x" } }),
  },
  "an event of a guru without the guru": {
    run: async (context) => ({
      ...(await good.run(context)),
      audit: { event: guruCreated, label: "x", details: { maintainer: "x" } },
    }),
  },
  "a refusal thrown while the refusal is recorded": {
    run: () => Promise.reject(refuse("exists", "It is taken.")),
    onRefusal: () => Promise.reject(refuse("not_found", "Not here either.")),
  },
  "an error while the refusal is recorded": {
    run: () => Promise.reject(refuse("exists", "It is taken.")),
    onRefusal: () => Promise.reject(new Error("broken")),
  },
  "a refusal thrown for the target": {
    target: () => {
      throw refuse("not_found", "No target.");
    },
  },
};

it.each(Object.entries(faults))(
  "%s: nothing happens, nothing is recorded, and it is our fault",
  async (_, fault) => {
    const result = await command({ ...good, ...fault }).execute({ principal: member, request, input: {} });
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("read_window")).toBe(0);
    expect(await product.events()).toEqual([]);
  },
);

it("without a fault the same command is done and recorded", async () => {
  expect(await command(good).execute({ principal: member, request, input: {} })).toEqual({
    ok: true,
    value: null,
  });
  expect(await countOf("read_window")).toBe(1);
  expect(await product.events()).toHaveLength(1);
});
