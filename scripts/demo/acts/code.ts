import { eq, sql } from "drizzle-orm";
import { principalOfApiKey } from "@/lib/access/api-keys";
import { schema } from "@/lib/db/client";
import { findReferencesCommand } from "@/lib/features/code-search/commands/find-references";
import { gotoDefinitionCommand } from "@/lib/features/code-search/commands/goto-definition";
import { searchCodeCommand } from "@/lib/features/code-search/commands/search-code";
import { viewFileCommand } from "@/lib/features/code-search/commands/view-file";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { inTransaction } from "@/lib/gate/transaction";
import { codeFormat } from "@/lib/platform/code/format";
import { CodeIndexer } from "@/lib/platform/code/indexing/code-indexer";
import { sampleApp, sampleAppFiles } from "../gurus/sample-app";
import { chatBot } from "../team/people";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, requestOf, type World } from "./world";

/** The team's sample app becomes a source; its code is searched, followed and read, by people and by a key. */
export type CodeStep = "added" | "searched" | "followed" | "by-key";

export async function codeAct(world: World, { slug, step }: { slug: string; step: CodeStep }): Promise<void> {
  const guru = liveGuru(world, slug);
  const call = callOf(await present(world, guru.spec.maker));
  if (step === "added") {
    const input = { guru: slug, url: sampleApp.url };
    const { id } = done(await addRepositorySource.execute({ ...call, input }));
    later(20_000, 60_000);
    return readAndIndexed(id, guru.spec.slug);
  }
  if (step === "by-key") {
    const name = "sdk-sample";
    const key = world.keys.get(name);
    const principal = key && (await principalOfApiKey(key.key));
    if (!principal) throw new Error(`the demo's key ${name} is not taken`);
    key.lastUsed = world.clock.now().getTime();
    const by = { principal, request: requestOf(chatBot) };
    done(await searchCodeCommand.execute({ ...by, input: searching("flush lang:Kotlin", "mcp") }));
    later(900, 4_000);
    return read(by, "android/src/main/kotlin/Sample.kt", "mcp");
  }
  if (step === "searched") {
    for (const query of ["consent", "sym:startHalden", "file:ios consent -lang:Markdown"]) {
      done(await searchCodeCommand.execute({ ...call, input: searching(query, "ui") }));
      later(8_000, 40_000);
    }
    return read(call, "web/src/start.ts", "ui");
  }
  const symbol = { symbolName: "startHalden", language: "TypeScript", door: "ui" };
  await read(call, "web/src/main.ts", "ui");
  later(3_000, 9_000);
  done(await gotoDefinitionCommand.execute({ ...call, input: symbol }));
  later(4_000, 20_000);
  return void done(await findReferencesCommand.execute({ ...call, input: symbol }));

  function later(fewestMs: number, mostMs: number): void {
    world.clock.advanceTo(world.clock.now().getTime() + world.random.between(fewestMs, mostMs));
  }
}

const searching = (query: string, door: "ui" | "mcp") => ({
  ...{ query, door },
  ...{ matches: 500, contextLines: 2, whole: false },
});

async function read(
  by: Pick<Parameters<typeof viewFileCommand.execute>[0], "principal" | "request">,
  path: string,
  door: "ui" | "mcp",
): Promise<void> {
  const input = { repository: sampleApp.name, path, door };
  done(await viewFileCommand.execute({ ...by, input }));
}

/** What the worker would do, had the host been there: nothing of a demo goes out. */
async function readAndIndexed(sourceId: string, slug: string): Promise<void> {
  const indexer = await CodeIndexer.open(new AbortController().signal);
  try {
    const files = Object.entries(sampleAppFiles).map(([path, text]) => ({ path, text, hasSymbols: true }));
    const { files: indexed } = await indexer.add(files);
    const postings = await indexer.finish();
    await inTransaction(async (tx) => {
      const { codeFile, codePart, codePosting, codeRepository, codeSegment, dataSource, guru } = schema;
      const [of] = await tx.select({ id: guru.id }).from(guru).where(eq(guru.slug, slug));
      const [segment] = await tx
        .insert(codeSegment)
        .values({ sourceId, format: codeFormat })
        .returning({ id: codeSegment.id });
      if (!of || !segment) throw new Error("the demo's repository has no guru or no segment");
      const segmentId = segment.id;
      let parts = 0;
      let bytes = 0;
      for (const [ordinal, { parts: its, ...about }] of indexed.entries()) {
        const path = files[ordinal]?.path ?? "";
        await tx.insert(codeFile).values({
          ...{ sourceId, segmentId, ordinal, path, branches: 1, blob: sampleApp.commit, fromGeneration: 1 },
          ...{ ...about, firstPart: parts, parts: its.length },
        });
        for (const part of its)
          await tx.insert(codePart).values({ ...part, segmentId, ordinal: parts++, fileOrdinal: ordinal });
        bytes += about.bytes;
      }
      for (const [bucket, data] of postings.data.entries())
        await tx.insert(codePosting).values({ segmentId, bucket, data });
      const whole = { parts, files: files.length, buckets: postings.buckets, complete: true };
      await tx.update(codeSegment).set(whole).where(eq(codeSegment.id, segmentId));
      await tx.insert(codeRepository).values({
        ...{ sourceId, guruId: of.id, name: sampleApp.name, webUrl: sampleApp.url, generation: 1 },
        heads: [{ branch: "main", commit: sampleApp.commit, isDefault: true }],
        ...{ basis: { format: codeFormat }, files: files.length, bytes, indexedAt: sql`gurulog_now()` },
      });
      const state = {
        status: "SUCCESS" as const,
        shownRun: 1,
        indexRun: 1,
        sizeBytes: bytes,
        nextReadAt: null,
      };
      await tx
        .update(dataSource)
        .set({ ...state, indexedAt: sql`gurulog_now()` })
        .where(eq(dataSource.id, sourceId));
    });
  } finally {
    await indexer.close();
  }
}
