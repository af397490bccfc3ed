import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { type Runtime, setRuntime } from "./runtime";
import { openSecret, sealSecret } from "./secret-box";

const keyOf = (id: string) => ({ id, key: randomBytes(32) });
const [first, second] = [keyOf("first"), keyOf("second")];
const withRing = (...encryptionKeys: { id: string; key: Buffer }[]) =>
  setRuntime({ keys: { encryptionKeys } } as unknown as Runtime);

beforeEach(() => withRing(first, second));

it("gives back what was sealed, in its context alone, and never the same bytes twice", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.string(), (secret, here, elsewhere) => {
      const sealed = sealSecret(secret, here);
      expect([...openSecret(sealed, here)]).toEqual([...secret]);
      expect(sealSecret(secret, here).equals(sealed)).toBe(false);
      if (here !== elsewhere) expect(() => openSecret(sealed, elsewhere)).toThrow();
    }),
    { numRuns: propertyRuns(100) },
  );
});

it("opens nothing of which a byte was changed or is missing", () => {
  const sealed = sealSecret("a secret", "x");
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => openSecret(changed, "x"), `byte ${at}`).toThrow();
    expect(() => openSecret(sealed.subarray(0, at), "x")).toThrow();
  }
});

it("opens what an older key of the ring closed, until that leaves", () => {
  const sealed = sealSecret("a secret", "x");
  withRing(second, first);
  expect(openSecret(sealed, "x").toString()).toBe("a secret");
  withRing(second);
  expect(() => openSecret(sealed, "x")).toThrow(/no longer in the ring/);
});
