import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pendingActions } from "@/lib/audit/catalogue/pending";
import { allEvents, catalogue } from "@/lib/audit/catalogue/registry";
import names from "@/tests/fixtures/event-names.json";
import { gurubaseOperations } from "@/tests/fixtures/gurubase-operations";
import { sourceFiles } from "./source-files";

describe("the catalogue", () => {
  it("has every event of its specification, or lists it as pending", () => {
    const known = [...allEvents.map((e) => e.action), ...pendingActions].sort();
    expect(known).toEqual(names.map((n) => n.action).sort());
  });

  it("never lists an event as pending that it has", () => {
    expect(pendingActions.filter((a) => allEvents.some((e) => e.action === a))).toEqual([]);
  });

  it.each(names.filter((n) => allEvents.some((e) => e.action === n.action)))(
    "names $action as specified",
    (spec) => {
      const event = allEvents.find((e) => e.action === spec.action);
      expect(event).toMatchObject({ operation: spec.operation, model: spec.model });
      expect(spec.targetType.split(" or ")).toContain(event?.targetType);
      expect(spec.actionType.split(" or ")).toEqual(
        [event?.actionType, event?.orActionType].filter((type) => type !== undefined),
      );
      expect(event?.fixed).toBe(spec.actionFixed);
    },
  );

  it("has each of the 29 operations of Gurubase under its own name, and none of them waits for its flow", () => {
    const known = gurubaseOperations.map(([operation]) => operation);
    expect(new Set(known).size).toBe(29);
    const fixed = names.filter((one) => one.operationFixed).map(({ operation }) => operation);
    expect(fixed.sort()).toEqual([...known].sort());
    const built = new Set<string>(allEvents.map(({ operation }) => operation));
    expect(known.filter((operation) => !built.has(operation))).toEqual([]);
  });

  it("gives every action and every operation once", () => {
    expect(new Set(allEvents.map((e) => e.action)).size).toBe(allEvents.length);
    expect(new Set(allEvents.map((e) => e.operation)).size).toBe(allEvents.length);
  });

  it("keeps the action type of the act in its failed twin", () => {
    for (const e of allEvents)
      if (e.failed) expect([e.failed.actionType, e.failed.outcome]).toEqual([e.actionType, "failure"]);
  });
});

const product = sourceFiles(["lib", "scripts"]).filter(
  (f) => !f.endsWith(".test.ts") && !f.includes("audit/catalogue/"),
);
const tests = sourceFiles(["lib", "app", "tests", "scripts"]).filter(
  (f) =>
    /\.(test|spec)\.ts$/.test(f) &&
    !/tests\/(architecture|integration\/gate)\/|lib\/(gate|audit\/record)\//.test(f),
);
const importsOf = (text: string) =>
  [...text.matchAll(/import \{([^}]+)\} from "@\/lib\/audit\/catalogue\/[a-z-]+"/g)].map((m) => m[1]).join();
const imported = product.map((f) => importsOf(readFileSync(f, "utf8"))).join();
const testText = tests.map((f) => readFileSync(f, "utf8")).join("\n");

describe("every event of the catalogue", () => {
  it.each(Object.entries(catalogue))("%s has a producer", (name) => {
    // A failed twin is produced by the command of its act.
    const leaders = Object.entries(catalogue)
      .filter(([, e]) => e.failed === catalogue[name])
      .map(([n]) => n);
    const produced = [name, ...leaders].some((n) => new RegExp(`\\b${n}\\b`).test(imported));
    expect(produced).toBe(true);
  });

  it.each(Object.values(catalogue))("$action is reached by a test of its flow", ({ action, operation }) => {
    const named = new RegExp(`\\b(${action.replace(".", "\\.")}|${operation})\\b`);
    expect(named.test(testText)).toBe(true);
  });
});
