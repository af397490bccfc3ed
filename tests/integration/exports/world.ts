import type { UserPrincipal } from "@/lib/access/principal";
import { createTestProduct, type EventRow, type TestProduct } from "@/tests/support/product";
import { cookieOf, copiesRunning, seed, seedMany, until } from "./harness";

/** A product with an owner, a maintainer of one guru, and a log too long to be sent before it can be disturbed. */
export interface ExportWorld {
  product: TestProduct;
  owner: UserPrincipal;
  ownerCookie: string;
  member: UserPrincipal;
  memberCookie: string;
  guruId: string;
  /** Events of exports so far. */
  exported(): Promise<EventRow[]>;
  jobOf(id: string): Promise<Record<string, unknown> | undefined>;
  /** After each test: no query may be left, and no export of one test stands in the way of the next. */
  settle(): Promise<void>;
}

/** Chooses one event: an export of it is over in no time. */
export const small = { filter: { model: ["Integration"] } };

/** @param events of the long log */
export async function exportWorld(events = 60_000): Promise<ExportWorld> {
  const product = await createTestProduct();
  const { admin } = product;
  const owner = await product.person("owner@halden.example", "owner");
  const member = await product.person("m.solberg@halden.example");
  const [guru] = await admin<{ id: string }[]>`
    insert into guru (org_id, slug, name) values (1, 'payments', 'Payments') returning id`;
  if (!guru) throw new Error("no guru made");
  await admin`insert into guru_role (guru_id, account_id, role) values (${guru.id}, ${member.accountId}, 'maintainer')`;
  await seed(product, [
    { label: "in the guru", guru: { id: guru.id, slug: "payments", name: "Payments" } },
    { label: "elsewhere", model: "Integration" },
  ]);
  await seedMany(product, events);
  return {
    product,
    owner,
    ownerCookie: await cookieOf(owner),
    member,
    memberCookie: await cookieOf(member),
    guruId: guru.id,
    exported: () => product.events("audit.exported"),
    jobOf: async (id) => (await admin`select * from export_job where id = ${id}`)[0],
    async settle() {
      await until("no query of an export is left", async () => (await copiesRunning(product)) === 0);
      await admin`update export_job set state = 'done' where state in ('pending', 'running')`;
    },
  };
}
