import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { emptyFilter } from "@/lib/audit/query/filter";
import { saveView } from "@/lib/features/audit-log/commands/save-view";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { done, giveRole, guruOf } from "./guru-for-tests";

let product: TestProduct;
let maintainer: UserPrincipal;
let second: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  maintainer = await product.person("maintainer@halden.example");
  second = await product.person("second@halden.example");
});
afterAll(() => product.close());

async function viewOf(principal: UserPrincipal, input: object) {
  const filter = { ...emptyFilter, model: ["User"] };
  return done(
    await saveView.execute({ principal, request, input: { shared: false, filter, ...input } as never }),
  );
}

const stands = async (id: string) =>
  (await product.admin`select 1 from saved_view where id = ${id}`).length === 1;

describe("a saved view of a guru's log", () => {
  it("goes with its guru, private ones too, each with an event of its own and the guru's as cause", async () => {
    const guru = await guruOf(maintainer, { name: "Short-lived" });
    await giveRole(guru.id, second, "maintainer");
    const scope = { kind: "guru", slug: guru.slug };
    const { id: own } = await viewOf(maintainer, { scope, name: "Mine" });
    const { id: theirs } = await viewOf(second, { scope, name: "Theirs", shared: true });
    const input = { guru: guru.slug, confirmation: guru.slug };
    done(await deleteGuru.execute({ principal: maintainer, request, input }));
    const [lead] = (await product.events("guru.deleted")).slice(-1);
    const ends = (await product.events("audit.view_deleted")).filter((e) => e.guru_id === guru.id);
    expect(ends.map((e) => [e.target_label, e.cause, e.details.savedBy])).toEqual([
      ["Mine", lead?.id, undefined],
      ["Theirs", lead?.id, second.accountId],
    ]);
    for (const id of [own, theirs]) expect(await stands(id)).toBe(false);
  });
});
