import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { isAction } from "@/lib/gate/to-action";
import { isRoute } from "@/lib/gate/to-route";
import { sourceFiles } from "./source-files";

const app = sourceFiles(["app"]).filter((f) => !f.includes(".test."));
const actionFiles = app.filter((f) => /^\s*["']use server["']/m.test(readFileSync(f, "utf8")));
const routeFiles = app.filter((f) => path.basename(f) === "route.ts");
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const load = async (file: string) =>
  Object.entries((await import(path.resolve(file))) as Record<string, unknown>);

describe("doors", () => {
  beforeAll(() => {
    expect(actionFiles.length).toBeGreaterThan(4);
    expect(routeFiles.length).toBeGreaterThan(4);
  });

  it.each(actionFiles)("every export of %s is made by toAction: it is a public endpoint", async (file) => {
    for (const [name, value] of await load(file)) expect([name, isAction(value)]).toEqual([name, true]);
  });

  it.each(routeFiles)("every method of %s is made by toRoute", async (file) => {
    const exported = (await load(file)).filter(([name]) => methods.includes(name));
    expect(exported.length).toBeGreaterThan(0);
    for (const [name, value] of exported) expect([name, isRoute(value)]).toEqual([name, true]);
  });

  it("server actions stand in files named actions.ts, where they are seen", () => {
    expect(actionFiles.filter((f) => !path.basename(f).endsWith("actions.ts"))).toEqual([]);
  });
});
