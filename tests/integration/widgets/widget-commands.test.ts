import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { createWidget } from "@/lib/features/widgets/commands/create-widget";
import { deleteWidget } from "@/lib/features/widgets/commands/delete-widget";
import { guruWidgets } from "@/lib/features/widgets/queries";
import {
  breakTheLog,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";

let product: TestProduct;
let member: UserPrincipal;
let viewer: UserPrincipal;
let guru: { id: string; slug: string; name: string };
let other: { id: string; slug: string };
beforeAll(async () => {
  product = await createTestProduct({ GURULOG_URL: "https://log.example.com" });
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  guru = await guruOf(member);
  other = await guruOf(await product.person("other@halden.example"));
  await giveRole(guru.id, viewer, "viewer");
});
afterAll(() => product?.close());

const create = (domain: unknown, principal = member, slug = guru.slug) =>
  createWidget.execute({ principal, request, input: { guru: slug, domain } });
const remove = (id: string, principal = member, slug = guru.slug) =>
  deleteWidget.execute({ principal, request, input: { guru: slug, id } });
const list = async () => {
  const found = await guruWidgets.execute({ principal: member, request, input: guru.slug });
  if (!found.ok) throw new Error(found.message);
  return found.value.widgets;
};

describe("a widget", () => {
  it("is made for a domain, named in the log by slug and domain, its id nowhere in it", async () => {
    const { id } = done(await create(" HTTPS://Docs.Example.com/ "));
    const [row] = await product.admin`select * from widget where id = ${id}`;
    expect(row).toMatchObject({ domain: "https://docs.example.com", created_by: member.accountId });
    expect(row?.public_id).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const events = await product.events("widget.created");
    expect(events).toMatchObject([
      {
        operation: "CREATE_WIDGET_ID",
        action_type: "created",
        model: "WidgetId",
        target_type: "widget",
        target_id: id,
        target_label: `${guru.slug} - https://docs.example.com`,
        guru_id: guru.id,
        details: { domain: "https://docs.example.com" },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain(row?.public_id);
    const [listed] = await list();
    expect(listed?.snippet).toContain(`data-widget-id="${row?.public_id}"`);
    expect(listed?.snippet).toContain('src="https://log.example.com/widget.js"');
  });

  it("is one a domain and guru, and another guru may have one for the same", async () => {
    expect(await create("https://docs.example.com")).toMatchObject({ ok: false, code: "exists" });
    const both = await Promise.all([create("https://two.example.com"), create("https://two.example.com")]);
    expect(both.map((one) => one.ok).sort()).toEqual([false, true]);
    done(await create("https://docs.example.com", await owner(), other.slug));
  });

  it.each([
    "",
    "*",
    "docs.example.com",
    "https://*",
    "https://*.com",
    "javascript:alert(1)",
    "https://a.b\u0000",
    7,
    null,
    "x".repeat(2_000),
  ])("is not made for %j", async (domain) => {
    const before = await countOf("widget");
    const refused = await create(domain);
    expect(refused).toMatchObject({ ok: false, code: "invalid" });
    expect(refused.ok ? [] : Object.keys(refused.fieldErrors ?? {})).toEqual(["domain"]);
    expect(await countOf("widget")).toBe(before);
  });

  it("is a maintainer's to make and to delete", async () => {
    const { id } = done(await create("https://three.example.com"));
    expect(await create("https://x.example.com", viewer)).toMatchObject({ code: "forbidden" });
    expect(await remove(id, viewer)).toMatchObject({ code: "forbidden" });
    expect(await create("https://x.example.com", member, other.slug)).toMatchObject({ code: "not_found" });
    expect(await remove(randomUUID())).toMatchObject({ code: "not_found" });
    const [foreign] = await product.admin`select id from widget where guru_id = ${other.id}`;
    expect(await remove(String(foreign?.id))).toMatchObject({ code: "not_found" });
    done(await remove(id));
    expect((await product.events("widget.deleted")).at(-1)).toMatchObject({
      operation: "DELETE_WIDGET_ID",
      target_id: id,
      target_label: `${guru.slug} - https://three.example.com`,
    });
  });

  it("is not made and not deleted where that cannot be recorded", async () => {
    const { id } = done(await create("https://four.example.com"));
    const mend = await breakTheLog(product);
    try {
      const before = await countOf("widget");
      expect(await create("https://five.example.com")).toMatchObject({ ok: false, code: "internal" });
      expect(await remove(id)).toMatchObject({ ok: false, code: "internal" });
      expect(await countOf("widget")).toBe(before);
    } finally {
      await mend();
    }
  });

  it("is one of fifty at most", async () => {
    const many = await guruOf(member);
    await product.admin`
      insert into widget (guru_id, public_id, domain)
      select ${many.id}, 'id ' || n, 'https://n' || n || '.example.com' from generate_series(1, 50) n`;
    expect(await create("https://more.example.com", member, many.slug)).toMatchObject({ code: "conflict" });
  });

  it("goes with its guru, as an event of its own", async () => {
    const gone = await guruOf(member);
    const { id } = done(await create("https://gone.example.com", member, gone.slug));
    const input = { guru: gone.slug, confirmation: gone.slug };
    done(await deleteGuru.execute({ principal: member, request, input }));
    const [lead] = (await product.events("guru.deleted")).filter((event) => event.target_id === gone.id);
    expect((await product.events("widget.deleted")).at(-1)).toMatchObject({ target_id: id, cause: lead?.id });
  });
});

let theOwner: UserPrincipal | undefined;
async function owner(): Promise<UserPrincipal> {
  theOwner ??= await product.person("owner@halden.example", "owner");
  return theOwner;
}
