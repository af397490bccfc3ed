import { signCheckpoint } from "@/lib/audit/proof/checkpoint";
import { signersOf } from "@/lib/audit/proof/signing-keys";
import { createSealer } from "@/lib/audit/seal/sealer";
import type { TestProduct } from "@/tests/support/product";

/** Seals all that waits and has it signed: the newest checkpoint covers every event. */
export async function sealAll(product: TestProduct): Promise<void> {
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  try {
    while ((await sealer.sealOnce()) > 0);
  } finally {
    await sealer.stop();
  }
  await signHeads(product);
}

/** A checkpoint of each log as it stands, where the sealer left none. */
async function signHeads({ admin }: TestProduct): Promise<void> {
  const heads = await admin<{ org_id: number; origin: string; size: string; root: Buffer }[]>`
    select org_id, origin, size::text, root from audit_head where root is not null`;
  for (const { org_id, origin, size, root } of heads) {
    const note = signCheckpoint({ origin, size: Number(size), root }, signersOf(origin));
    await admin`
      insert into audit_checkpoint (org_id, origin, size, root, note) values (${org_id}, ${origin}, ${size}, ${root}, ${note})
      on conflict do nothing`;
  }
}
