import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET } from "@/app/exports/[id]/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { call, cookieOf, seed, started, until } from "./harness";
import { readCsv } from "./read-files";

let product: TestProduct;
let owner: UserPrincipal;
let cookie: string;
beforeAll(async () => {
  product = await createTestProduct({ SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "false" });
  owner = await product.person("owner@halden.example", "owner");
  cookie = await cookieOf(owner);
  await seed(product, [{ label: "one" }, { label: "two" }]);
});
afterAll(() => product.close());

describe("with logging switched off", () => {
  it("an export of what was recorded before works, unrecorded", async () => {
    const { id } = await started(owner);
    const response = await call(GET, id, cookie);
    expect(readCsv(await response.text()).map((r) => r[7])).toEqual(["Object", "two", "one"]);
    expect(await product.events("audit.exported")).toEqual([]);
  });

  it("one that ends early is settled all the same", async () => {
    const { id } = await started(owner);
    const response = await call(GET, id, cookie);
    await response.body?.cancel();
    await until("it is settled", async () => {
      const [job] = await product.admin`select state from export_job where id = ${id}`;
      return job?.state === "cancelled" || job?.state === "done";
    });
    expect(await product.events("audit.exported")).toEqual([]);
  });
});
