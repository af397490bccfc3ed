import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { db, schema } from "@/lib/db/client";
import { done, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { visibleGurus } from "../queries";
import { createGuru } from "./create-guru";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;
let other: UserPrincipal;
let auditor: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
  other = await product.person("other@halden.example");
  auditor = await product.person("auditor@halden.example", "auditor");
});
afterAll(() => product.close());

const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(100, 7)]);
const pngFile = () => new File([png], "logo.png", { type: "image/png" });

describe("create-guru", () => {
  it("makes the creator its maintainer and says so in CREATE_GURU", async () => {
    const value = done(
      await createGuru.execute({
        principal: member,
        request,
        input: { name: "Platform docs", slug: "platform-docs" },
      }),
    );
    const [event, ...more] = await product.events("guru.created");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "CREATE_GURU",
      action_type: "created",
      model: "GuruType",
      target_id: value.id,
      target_label: "Platform docs",
      guru_id: value.id,
      guru_slug: "platform-docs",
      actor_id: member.accountId,
      details: { maintainer: member.email },
    });
    const roles = await db().select().from(schema.guruRole).where(eq(schema.guruRole.guruId, value.id));
    expect(roles).toMatchObject([{ accountId: member.accountId, role: "maintainer" }]);
  });

  it("refuses a slug that is taken, beside the field, and records nothing", async () => {
    const before = (await product.events()).length;
    const result = await createGuru.execute({
      principal: other,
      request,
      input: { name: "x", slug: "platform-docs" },
    });
    expect(result).toMatchObject({
      ok: false,
      code: "exists",
      fieldErrors: { slug: [expect.stringContaining("exists")] },
    });
    expect((await product.events()).length).toBe(before);
  });

  it.each([
    "new",
    "none",
    "",
    "Upper",
    "with space",
    "-dash",
    "dash-",
    "ä",
    "a/b",
    "x".repeat(65),
    "..",
    "a\0b",
  ])("refuses the slug %j without a record", async (slug) => {
    const before = (await product.events()).length;
    expect(
      await createGuru.execute({ principal: member, request, input: { name: "x", slug } }),
    ).toMatchObject({ ok: false, code: "invalid" });
    expect((await product.events()).length).toBe(before);
  });

  it("refuses unknown fields, overlong values and too many questions", async () => {
    const wrong = [
      { orgId: 2 },
      { id: randomUUID() },
      { name: "x".repeat(101) },
      { topics: "x".repeat(201) },
      { exampleQuestions: ["a", "b", "c", "d"] },
      { exampleQuestions: ["x".repeat(101)] },
      { visibility: "public" },
      { name: { toString: 1 } },
    ];
    const gurus = await countOf("guru");
    for (const extra of wrong) {
      const input = { name: "x", slug: "fine", ...extra };
      expect(
        await createGuru.execute({ principal: member, request, input }),
        JSON.stringify(extra),
      ).toMatchObject({ ok: false, code: "invalid" });
    }
    expect(await countOf("guru")).toBe(gurus);
  });

  it("takes a PNG by its bytes, not by its name, and refuses anything else and anything over 1 MB", async () => {
    const lying = new File(["<svg onload=alert(1)>"], "logo.png", { type: "image/png" });
    const large = new File([Buffer.concat([png, Buffer.alloc(1_000_001)])], "logo.png", {
      type: "image/png",
    });
    for (const logo of [lying, large]) {
      const result = await createGuru.execute({
        principal: member,
        request,
        input: { name: "x", slug: "lying", logo },
      });
      expect(result).toMatchObject({
        ok: false,
        code: "invalid",
        fieldErrors: { logo: [expect.any(String)] },
      });
    }
    const made = await guruOf(member, { logo: pngFile() });
    const [row] = await db().select().from(schema.guru).where(eq(schema.guru.id, made.id));
    expect(row?.logo?.equals(png)).toBe(true);
    expect(row?.logoType).toBe("image/png");
  });

  it("refuses auditors and people without a membership with ACCESS_DENIED", async () => {
    const former = await product.person("former@halden.example", null);
    for (const principal of [auditor, former]) {
      expect(
        await createGuru.execute({ principal, request, input: { name: "x", slug: "denied" } }),
      ).toMatchObject({ ok: false, code: "not_found" });
      const denied = (await product.events("access.denied")).at(-1);
      expect(denied).toMatchObject({
        actor_id: principal.accountId,
        details: { permission: "guru:create", asked: "denied" },
      });
    }
  });

  it("makes nothing when the log takes no event", async () => {
    const gurus = await countOf("guru");
    const mend = await breakTheLog(product);
    const result = await createGuru.execute({
      principal: member,
      request,
      input: { name: "x", slug: "unrecorded" },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("guru")).toBe(gurus);
  });

  it("makes one guru of two parallel clicks", async () => {
    const call = {
      principal: member,
      request,
      attemptId: randomUUID(),
      input: { name: "Once", slug: "once" },
    };
    const results = await Promise.all([createGuru.execute(call), createGuru.execute(call)]);
    expect(results.every((r) => r.ok)).toBe(true);
    expect((await product.events("guru.created")).filter((e) => e.guru_slug === "once")).toHaveLength(1);
  });

  it.each([
    "\0nul",
    "\u202Ebidi",
    "line\nbreak",
    "=1+1",
    "<script>alert(1)</script>",
    "\ud800lone",
    "__proto__",
  ])("stores the hostile name %j safely and records it", async (name) => {
    const made = await guruOf(member, { name });
    expect((await product.events("guru.created")).at(-1)?.target_label).toBe(
      name.replace("\0", "\u2400").toWellFormed(),
    );
    expect(made.name).toBe(name.replace("\0", "\u2400").toWellFormed());
  });
});

describe("the list of gurus", () => {
  it("holds those of one's roles and those of the organization, for the owner all", async () => {
    const fresh = await product.person("fresh@halden.example");
    const hidden = await guruOf(member, { name: "Hidden" });
    const open = await guruOf(member, { name: "Open", visibility: "organization" });
    const seen = async (principal: UserPrincipal) => {
      const result = await visibleGurus.execute({ principal, request, input: null });
      return result.ok ? result.value : [];
    };
    const mine = await seen(fresh);
    expect(mine.find((g) => g.id === open.id)).toMatchObject({ standing: "visitor" });
    expect(mine.some((g) => g.id === hidden.id)).toBe(false);
    expect((await seen(owner)).find((g) => g.id === hidden.id)).toMatchObject({ standing: "maintainer" });
    expect(await seen(auditor)).toEqual([]);
  });
});
