import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sourceFiles } from "./source-files";

interface SourceRule {
  rule: string;
  in: string[];
  except?: RegExp;
  never: RegExp;
}

const rules: SourceRule[] = [
  {
    rule: "nothing of the framework runs in a transaction: redirect rolls back and still shows the success page",
    in: ["lib"],
    except: /lib\/gate\/(to-action|current)\.ts$/,
    never: /from "next\/(navigation|cache|server|headers)"/,
  },
  {
    rule: "no input reaches an SQL identifier",
    in: ["app", "components", "lib"],
    never: /sql\.identifier\(/,
  },
  {
    rule: "no COPY takes a bind parameter: after one the driver's next query silently answers nothing",
    in: ["lib"],
    never: /sql`\s*copy[^`]*\$\{/i,
  },
  {
    rule: "only the gate opens a transaction",
    in: ["app", "lib/features"],
    except: /\.test\.ts$/,
    never: /\bdb\(\)\s*\.transaction|\.begin\(/,
  },
  {
    rule: "features write through the gate's transaction alone",
    in: ["lib/features"],
    except: /\.test\.ts$/,
    never: /import \{[^}]*\b(db|sql)\b[^}]*\} from "@\/lib\/db\/client"/,
  },
  {
    rule: "the outbox is read by its index alone: after a burst its pages are many and empty",
    in: ["lib"],
    except: /\.test\.ts$/,
    never: /from audit_outbox\b(?:(?!position)[^`])*`/i,
  },
  {
    rule: "nothing catches around recording",
    in: ["lib", "app"],
    except: /\.test\.ts$/,
    never: /recordEvents\([^;]*\)\s*\.catch\(/,
  },
  {
    rule: "no test sleeps",
    in: ["lib", "tests", "scripts", "app"],
    except: /tests\/architecture\//,
    never: /waitForTimeout\(/,
  },
];

describe("rules of the source", () => {
  it.each(rules)("$rule", ({ in: folders, except, never }) => {
    const files = sourceFiles(folders).filter((f) => !except?.test(f));
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((f) => never.test(readFileSync(f, "utf8")))).toEqual([]);
  });

  it("server modules of lib say so", () => {
    const silent = sourceFiles(["lib/features", "lib/gate"])
      .filter((f) => /queries\.ts$|commands\/[^/]+\.ts$/.test(f) && !f.endsWith(".test.ts"))
      .filter((f) => !readFileSync(f, "utf8").startsWith('import "server-only";'));
    expect(silent).toEqual([]);
  });

  it("files stay small enough to read", () => {
    const long = sourceFiles(["app", "components", "lib", "scripts", "tests"])
      .filter((f) => !/catalogue\/|schema\//.test(f))
      .map((f) => [readFileSync(f, "utf8").split("\n").length, f] as const)
      .filter(([lines]) => lines > 301);
    expect(long).toEqual([]);
  });
});
