import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { type SeedEvent, seed } from "./harness";

export const guru = { id: "0192f0c1-0000-7000-8000-000000000001", slug: "payments", name: "Payments" };
const gone = { id: "0192f0c1-0000-7000-8000-000000000002", slug: "old", name: "=Old" };

const hostileLabels = [
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "  =1",
  "\u00a0\u200b=1",
  "＝1",
  "＋1",
  "－1",
  "＠1",
  "-",
  "'quoted",
  'say "hi", then\r\nleave\n',
  "a,b;c|d",
  "\u0001\u0008\u000b\u001f bell \u007f",
  "\u2400 NUL as stored",
  "\ufffe\uffff not characters",
  "\u202eevil\u202c bidi \u200d",
  "<b>&amp;</b> ]]> <!-- & -->",
  "_x0041_ _x000D_ _xD800_ _x41_ _x0041_x0042_",
  "  blanks around  ",
  "emoji 😀 and Ærøskøbing 漢字",
  "\\. \\N \\x01",
  "\\.",
  "",
];

export const seeded: SeedEvent[] = [
  ...hostileLabels.map((label, i) => ({ label, guru: i % 2 === 0 ? guru : null })),
  { label: "by system", actorType: "system", email: null, model: "Integration", guru },
  { label: "by a stranger", actorType: "anonymous", email: null },
  { label: "by key", actorType: "api_key", email: "=owner@halden.example" },
  { label: "of a guru that is gone", guru: gone, actionType: "deleted" },
  {
    label: "long",
    changes: [
      { field: "content", before: "b".repeat(10_000), after: "😀".repeat(2_500) },
      { field: "more", before: null, after: "m".repeat(20_000) },
    ],
  },
  { label: "astral", changes: [{ field: "content", before: null, after: "😀".repeat(30_000) }] },
  {
    label: "details",
    metadata: { message: 'line\n"quote" \u0001 <x>' },
    details: { filters: { q: "=1" } },
    actionType: "access",
  },
];

/** A log of hostile events, and one of another organization. */
export async function hostileProduct(): Promise<TestProduct> {
  const product = await createTestProduct();
  await product.admin`insert into retired_guru (id, org_id, slug, name) values (${gone.id}, 1, ${gone.slug}, ${gone.name})`;
  await seed(product, seeded);
  await product.admin`insert into organization (id, name) values (2, 'Another')`;
  await seed(product, [{ label: "foreign", orgId: 2, guru }]);
  return product;
}

/** What the product's table shows, asked of the database in other words. */
export async function objects(product: TestProduct, condition = ""): Promise<string[]> {
  const rows = await product.admin.unsafe<{ target_label: string }[]>(
    `select target_label from audit_event where org_id = 1 and action = 'test.seeded' ${condition} order by occurred_at desc, id desc`,
  );
  return rows.map((r) => r.target_label);
}
