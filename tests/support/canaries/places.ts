import { exportFormats } from "@/lib/audit/export/formats/registry";
import { copyOfTables } from "@/tests/integration/erasure/whole-database";
import { make } from "@/tests/integration/exports/make-file";
import { sealAll } from "@/tests/integration/exports/sealing";
import { unpacked } from "@/tests/support/canaries/unpacked";
import type { TestProduct } from "@/tests/support/product";

/**
 * Every place in which something may have been kept, as text by name: each table (`public.secret`), the log as each export
 * gives it (`csv`, `json`, `xlsx` and `zip`, unpacked), what was written out, and what was answered.
 * @param seen what the acts gave: results, errors, pages, answers of routes
 */
export async function placesToLook(
  product: TestProduct,
  output: string,
  seen: readonly unknown[],
): Promise<Map<string, string>> {
  // So that the verifiable export holds every event.
  await sealAll(product);
  const places = new Map(await copyOfTables(product.admin));
  for (const format of exportFormats) places.set(format.id, unpacked((await make(format)).bytes));
  places.set("the output", output);
  places.set(
    "the answers",
    JSON.stringify(seen, (_, value) => (value instanceof Error ? wordsOf(value) : value)),
  );
  return places;
}

/** JSON leaves out what an error has to say. */
function wordsOf(error: Error): unknown {
  return { ...error, message: error.message, stack: error.stack, cause: error.cause };
}
