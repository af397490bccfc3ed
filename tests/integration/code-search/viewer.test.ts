import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { db, schema } from "@/lib/db/client";
import {
  codeFolder,
  codeFolders,
  previewDefinition,
  unindexedRepository,
} from "@/lib/features/code-search/viewer-queries";
import { folderQuestion, previewQuestion } from "@/lib/features/code-search/viewer-schemas";
import { codeIn, mainCommit } from "./code-for-tests";
import { type CodeWorld, foreignRepository, makeCodeWorld, repository } from "./code-harness";

let world: CodeWorld;
beforeAll(async () => {
  world = await makeCodeWorld();
});
afterAll(() => world?.product.close());

const request = { ip: "203.0.113.50", userAgent: null, requestId: null };
const asked = { repository, revision: null };

async function folder(principal: UserPrincipal, path: string, more: Partial<typeof asked> = {}) {
  const result = await codeFolder.execute({ principal, request, input: { ...asked, folder: path, ...more } });
  return result.ok ? (result.value?.map(({ name }) => name) ?? null) : result.code;
}

async function preview(principal: UserPrincipal, symbol: string, more: object = {}) {
  const input = { ...asked, language: "TypeScript", symbol, ...more };
  const result = await previewDefinition.execute({ principal, request, input });
  return result.ok ? result.value : result.code;
}

async function shown(principal: UserPrincipal, file: string | null, folders: string[], more: object = {}) {
  const result = await codeFolders.execute({
    principal,
    request,
    input: { ...asked, file, folders, ...more },
  });
  if (!result.ok) return result.code;
  return result.value?.folders.map(([path, entries]) => [path, entries.length]) ?? null;
}

describe("the viewer of code", () => {
  it("lists a folder of a branch, folders first", async () => {
    expect(await folder(world.viewer, "")).toEqual(["docs", "src", "LICENSE", "unheard.of"]);
    expect(await folder(world.viewer, "src")).toEqual(["parser.ts", "tool.py", "use.ts"]);
    expect(await folder(world.viewer, "src", { revision: "next" as never })).toEqual(["coming.ts"]);
    expect(await folder(world.viewer, "src", { revision: "v2.0-rc/1" as never })).toEqual(["coming.ts"]);
    expect(await folder(world.viewer, "src", { revision: "v2.0-rc" as never })).toBeNull();
    expect(await folder(world.viewer, "src", { revision: mainCommit as never })).toHaveLength(3);
    for (const path of ["none", "src/parser.ts", "sr", "src/", "%", "_"])
      expect(await folder(world.viewer, path), path).toBeNull();
  });

  it("finds the folders down to what is shown, and nothing for what is not there", async () => {
    expect(await shown(world.viewer, "src/use.ts", ["", "src"])).toEqual([
      ["", 4],
      ["src", 3],
    ]);
    expect(await shown(world.owner, "src/none.ts", ["", "src"])).toBeNull();
    expect(await shown(world.owner, "src", [""])).toBeNull();
    expect(await shown(world.owner, null, ["", "none"])).toBeNull();
    expect(await shown(world.owner, null, [""], { revision: "none" })).toBeNull();
    expect(await shown(world.owner, null, [""], { repository: "git.example.com/none" })).toBeNull();
  });

  it("shows a file that stands behind the last entry of its folder", async () => {
    const many = { repository: "git.example.com/team/many" };
    const sourceId = await codeIn(world.guru.id, { name: many.repository, files: { "all/a.txt": "a\n" } });
    const { codeFile } = schema;
    const [one] = await db().select().from(codeFile).where(eq(codeFile.sourceId, sourceId));
    if (!one) throw new Error("no file was indexed");
    const { id: _, ...file } = one;
    // More than a folder lists, all with the text of the one.
    const others = Array.from({ length: 5_001 }, (_, n) => `all/n${String(n + 1).padStart(5, "0")}`);
    for (let at = 0; at < others.length; at += 1_000) {
      const paths = others.slice(at, at + 1_000);
      await db()
        .insert(codeFile)
        .values(paths.map((path) => ({ ...file, path })));
    }
    expect(await folder(world.viewer, "all", many)).not.toContain("n05001");
    expect(await shown(world.viewer, "all/n05001", ["", "all"], many)).toEqual([
      ["", 1],
      ["all", 5_000],
    ]);
    expect(await shown(world.viewer, "all/n05002", ["", "all"], many)).toBeNull();
    expect(await shown(world.viewer, "all", [""], many)).toBeNull();
  });

  it("gives of a definition its place and its signature, and records nothing", async () => {
    const before = await world.product.events();
    expect(await preview(world.viewer, "parseLedger")).toEqual({
      definitions: [
        {
          path: "src/parser.ts",
          line: 1,
          kind: "function",
          text: "export function parseLedger(text: string)",
        },
      ],
      more: false,
    });
    expect(await preview(world.viewer, "none")).toEqual({ definitions: [], more: false });
    expect(await world.product.events()).toHaveLength(before.length);
  });

  it("shows nothing of a repository in whose guru somebody has no role", async () => {
    for (const person of [world.visitor, world.maintainer]) {
      const name = person === world.visitor ? repository : foreignRepository;
      const foreign = { repository: name };
      expect(await folder(person, "", foreign)).toBeNull();
      expect(await shown(person, null, [""], foreign)).toBeNull();
      expect(await preview(person, "parseLedger", foreign)).toEqual({ definitions: [], more: false });
    }
    expect(await folder(world.auditor, "")).toBeNull();
    expect(await preview(world.auditor, "parseLedger")).toEqual({ definitions: [], more: false });
    const waiting = { principal: world.viewer, request, input: repository };
    expect(await unindexedRepository.execute(waiting)).toEqual({ ok: true, value: null });
  });

  it("takes no question that a database cannot hold", () => {
    const good = { repository, revision: null, folder: "a" };
    expect(folderQuestion.safeParse(good).success).toBe(true);
    for (const bad of ["a\0", "\ud800", "x".repeat(5_000)]) {
      expect(folderQuestion.safeParse({ ...good, folder: bad }).success).toBe(false);
      expect(folderQuestion.safeParse({ ...good, repository: bad }).success).toBe(false);
      expect(previewQuestion.safeParse({ ...asked, language: null, symbol: bad }).success).toBe(false);
    }
  });
});
