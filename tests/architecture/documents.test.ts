import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventsDocument } from "@/lib/audit/catalogue/document";
import { envSchema, parseEnv } from "@/lib/platform/env";

describe("documents", () => {
  it("docs/audit-events.md is what the catalogue says", () => {
    const file = "docs/audit-events.md";
    if (process.env.UPDATE_DOCS) writeFileSync(file, eventsDocument());
    expect(readFileSync(file, "utf8")).toBe(eventsDocument());
  });

  const example = readFileSync(".env.example", "utf8");
  const lines = example.split("\n").filter((l) => /^[A-Z]/.test(l));
  const listed = Object.fromEntries(
    lines.map((l) => [l.slice(0, l.indexOf("=")), l.slice(l.indexOf("=") + 1)]),
  );

  it(".env.example lists every variable, and no other", () => {
    expect(Object.keys(listed).sort()).toEqual(Object.keys(envSchema.shape).sort());
  });

  it(".env.example shows each default", () => {
    expect(parseEnv(listed)).toEqual(parseEnv({}));
  });

  it("README's table lists every variable", () => {
    const readme = readFileSync("README.md", "utf8");
    for (const name of Object.keys(envSchema.shape)) expect(readme).toContain(`\`${name}\``);
  });

  it.each([
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "docs/trust.md",
    "lib/audit/README.md",
  ])("%s stands", (file) => {
    expect(existsSync(file)).toBe(true);
  });
});
