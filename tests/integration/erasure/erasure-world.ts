import type { ApiKeyPrincipal, UserPrincipal } from "@/lib/access/principal";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";

/** A product with an owner, and people to be erased. */
export interface ErasureWorld {
  product: TestProduct;
  owner: UserPrincipal;
  newPerson(): Promise<UserPrincipal>;
  /** By the owner, unless another is named. */
  erase(
    input: object,
    principal?: UserPrincipal | ApiKeyPrincipal,
    attemptId?: string,
  ): ReturnType<typeof erasePerson.execute>;
  eraseThem(person: UserPrincipal): ReturnType<typeof erasePerson.execute>;
  /** The row of an event. */
  row(id: string | undefined): Promise<Record<string, unknown> | undefined>;
}

export async function erasureWorld(): Promise<ErasureWorld> {
  const product = await createTestProduct();
  const owner = await product.person("owner@halden.example", "owner");
  let made = 0;
  const erase: ErasureWorld["erase"] = (input, principal = owner, attemptId) =>
    erasePerson.execute({ principal, request: testRequest, input, ...(attemptId ? { attemptId } : {}) });
  return {
    product,
    owner,
    newPerson: () => product.person(`p${++made}@halden.example`),
    erase,
    eraseThem: (person) => erase({ accountId: person.accountId, confirmation: person.email }),
    row: async (id) => (await product.admin`select * from audit_event where id = ${id ?? ""}`)[0],
  };
}
