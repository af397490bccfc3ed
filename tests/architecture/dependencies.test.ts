import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** Versions below which a known hole stands open; raised when one is published. */
const floors = { next: "16.4.1", "drizzle-orm": "0.45.2", sharp: "0.35.5", react: "19.2.6" };

const parts = (version: string) => version.split(/[.-]/).slice(0, 3).map(Number);

function atLeast(version: string, floor: string): boolean {
  const [have, need] = [parts(version), parts(floor)];
  for (let i = 0; i < 3; i++) if (have[i] !== need[i]) return (have[i] ?? 0) > (need[i] ?? 0);
  return true;
}

describe("dependencies", () => {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { version: string; resolved?: string }>;
  };

  it.each(Object.entries(floors))("%s is at least %s wherever it is installed", (name, floor) => {
    const found = Object.entries(lock.packages).filter(([where]) => where.endsWith(`node_modules/${name}`));
    if (name !== "sharp") expect(found.length).toBeGreaterThan(0);
    for (const [, { version }] of found) expect([version, atLeast(version, floor)]).toEqual([version, true]);
  });

  it("every direct dependency is pinned to an exact version", () => {
    const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Record<
      string,
      Record<string, string>
    >;
    for (const group of ["dependencies", "devDependencies"]) {
      for (const [name, version] of Object.entries(manifest[group] ?? {}))
        expect([name, version]).toEqual([name, expect.stringMatching(/^(npm:.+@)?\d+\.\d+\.\d+[\w.-]*$/)]);
    }
  });
});
