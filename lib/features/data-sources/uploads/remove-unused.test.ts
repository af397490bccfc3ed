import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, guruOf, uploadIn } from "@/tests/integration/gurus/guru-for-tests";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { addFileSource } from "../commands/add-file-source";
import { removeUnusedUploads } from "./remove-unused";

let product: TestProduct;
let member: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
});
afterAll(() => product.close());

const gate = 7_340_117;

/** Resolves when the removal has begun, with what it then sees of the data, and waits before its first row. */
async function waitingAtTheGate(): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const waiting = await product.admin`
      select 1 from pg_locks where locktype = 'advisory' and objid = ${gate} and not granted
        and database = (select oid from pg_database where datname = current_database())`;
    if (waiting.length > 0) return;
    if (Date.now() > deadline) throw new Error("the removal has not come to the gate");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it("leaves a file of which a source is made while unused ones are being removed", async () => {
  const used = await uploadIn(guru.slug, member, "late.txt", "used after a day");
  const unused = await uploadIn(guru.slug, member, "left.txt", "never used");
  await product.admin`update upload set created_at = now() - interval '25 hours'`;
  // What a row's policy does comes after the statement's view of the data is fixed, and before the row is locked.
  await product.admin.unsafe(`
    create function test_gate() returns boolean language plpgsql as $$
    begin
      if current_query() like '%24 hours%' then perform pg_advisory_xact_lock_shared(${gate}); end if;
      return true;
    end $$;
    alter table upload enable row level security;
    create policy test_gate on upload using (test_gate());`);
  const closed = await product.admin.reserve();
  try {
    await closed`select pg_advisory_lock(${gate})`;
    const removing = removeUnusedUploads();
    await waitingAtTheGate();
    const input = { guru: guru.slug, uploadId: used };
    done(await addFileSource.execute({ principal: member, request, input }));
    await closed`select pg_advisory_unlock(${gate})`;
    expect(await removing).toBe(1);
  } finally {
    await closed`select pg_advisory_unlock_all()`;
    closed.release();
    await product.admin.unsafe(`
      drop policy test_gate on upload;
      alter table upload disable row level security;
      drop function test_gate();`);
  }
  const left = await product.admin`
    select u.id, convert_from(c.data, 'UTF8') as text from upload u join upload_chunk c on c.upload_id = u.id`;
  expect([...left]).toEqual([{ id: used, text: "used after a day" }]);
  expect(left).not.toContainEqual(expect.objectContaining({ id: unused }));
});
