import { createHash, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { db, schema } from "@/lib/db/client";
import { done, giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { updateGuru } from "./update-guru";

let product: TestProduct;
let member: UserPrincipal;
let other: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  other = await product.person("other@halden.example");
});
afterAll(() => product.close());

const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(100, 7)]);
const pngFile = () => new File([png], "logo.png", { type: "image/png" });

describe("update-guru", () => {
  it("records each changed field before and after, and a picture by its digest", async () => {
    const made = await guruOf(member, { topics: "gateway" });
    const input = {
      guru: made.slug,
      name: "Platform handbook",
      topics: "gateway, releases",
      exampleQuestions: ["How do I roll back?", ""],
      visibility: "organization",
      description: "",
      logo: pngFile(),
    };
    const value = done(await updateGuru.execute({ principal: byKey(member), request, input }));
    expect(value.changed).toEqual(["name", "topics", "example_questions", "visibility", "logo"]);
    const [event] = await product.events("guru.updated");
    expect(event).toMatchObject({
      operation: "UPDATE_GURU",
      actor_type: "api_key",
      guru_id: made.id,
      target_id: made.id,
    });
    expect(event?.changes).toEqual([
      { field: "name", before: "Platform docs", after: "Platform handbook" },
      { field: "topics", before: "gateway", after: "gateway, releases" },
      { field: "example_questions", before: [], after: ["How do I roll back?"] },
      { field: "visibility", before: "private", after: "organization" },
      {
        field: "logo",
        before: null,
        after: { bytes: png.length, sha256: createHash("sha256").update(png).digest("hex") },
      },
    ]);
    const removed = done(
      await updateGuru.execute({ principal: member, request, input: { guru: made.slug, removeLogo: "on" } }),
    );
    expect(removed.changed).toEqual(["logo"]);
  });

  it("records nothing when nothing changes, also when a browser sends CR LF", async () => {
    const made = await guruOf(member, { instructions: "one\ntwo" });
    const before = (await product.events()).length;
    const input = { guru: made.slug, name: made.name, instructions: "one\r\ntwo" };
    expect(done(await updateGuru.execute({ principal: member, request, input })).changed).toEqual([]);
    expect((await product.events()).length).toBe(before);
  });

  it("cannot change a slug, an organization or an id", async () => {
    const made = await guruOf(member);
    for (const extra of [{ slug: "moved" }, { orgId: 2 }, { id: randomUUID() }]) {
      const result = await updateGuru.execute({
        principal: member,
        request,
        input: { guru: made.slug, ...extra },
      });
      expect(result).toMatchObject({ ok: false, code: "invalid" });
    }
  });

  it("shows a stranger 404 and a viewer 403, both as ACCESS_DENIED", async () => {
    const made = await guruOf(member);
    const input = { guru: made.slug, name: "taken over" };
    expect(await updateGuru.execute({ principal: other, request, input })).toMatchObject({
      code: "not_found",
    });
    await giveRole(made.id, other, "viewer");
    expect(await updateGuru.execute({ principal: other, request, input })).toMatchObject({
      code: "forbidden",
    });
    // The global log alone shows a denial: the event belongs to no guru.
    const denied = (await product.events("access.denied")).filter((e) => e.target_label === made.slug);
    expect(denied.map((e) => e.guru_id)).toEqual(denied.map(() => null));
    expect(denied.length).toBeGreaterThan(0);
    expect((await product.events("guru.updated")).filter((e) => e.guru_id === made.id)).toEqual([]);
  });

  it("changes nothing when the log takes no event", async () => {
    const made = await guruOf(member);
    const mend = await breakTheLog(product);
    const result = await updateGuru.execute({
      principal: member,
      request,
      input: { guru: made.slug, name: "unrecorded" },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    const [row] = await db().select().from(schema.guru).where(eq(schema.guru.id, made.id));
    expect(row?.name).toBe(made.name);
  });
});
