import { expect, test } from "vitest";
import { createGuruInput, maxSlug, slugOf } from "./schemas";

test("a slug follows from a name, and is one that the product takes", async () => {
  expect(slugOf("  Harbour guide, 2nd ed. ")).toBe("harbour-guide-2nd-ed");
  expect(slugOf("Crème Brûlée")).toBe("creme-brulee");
  expect(slugOf("北の案内")).toBe("");
  expect(slugOf("--")).toBe("");
  const long = slugOf(`${"a".repeat(maxSlug - 1)} b`);
  expect(long).toBe("a".repeat(maxSlug - 1));
  for (const name of ["Harbour guide", "a\u0000b\u202ec", "=1+1", "<script>", "9", "x".repeat(100_000)]) {
    const read = await createGuruInput.shape.slug.safeParseAsync(slugOf(name));
    expect(read.success, name.slice(0, 20)).toBe(true);
  }
});
