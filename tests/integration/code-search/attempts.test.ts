import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shownSearch } from "@/app/(app)/search/shown-search";
import { findReferencesCommand } from "@/lib/features/code-search/commands/find-references";
import { gotoDefinitionCommand } from "@/lib/features/code-search/commands/goto-definition";
import { searchCodeCommand } from "@/lib/features/code-search/commands/search-code";
import { viewFileCommand } from "@/lib/features/code-search/commands/view-file";
import type { Command } from "@/lib/gate/command";
import { mintId } from "@/lib/platform/ids";
import { testRequest } from "@/tests/support/product";
import { done, guruOf } from "../gurus/guru-for-tests";
import { codeIn } from "./code-for-tests";
import { type CodeWorld, makeCodeWorld, repository } from "./code-harness";

let world: CodeWorld;
beforeAll(async () => {
  world = await makeCodeWorld();
});
afterAll(() => world?.product.close());

type Sent = [command: Command<unknown>, input: object];

const symbol = { symbolName: "parseLedger", door: "ui" };
const typed = { query: "parseLedger", matches: 100, contextLines: 0, whole: false, door: "ui" };
const filters = { repositories: [repository], languages: [] };
const shown = { query: "parseLedger", matches: 100, repositories: [], languages: [] };

const send = ([command, input]: Sent, attemptId: string, principal = world.viewer) =>
  command.execute({ principal, request: testRequest, input, attemptId });
const count = async () => (await world.product.events()).length;

describe("the same again under the same id", () => {
  it("is answered with what is found now, and recorded once", async () => {
    const sent = (
      [
        [searchCodeCommand, typed],
        [searchCodeCommand, { ...typed, filters }],
        [findReferencesCommand, symbol],
        [gotoDefinitionCommand, symbol],
      ] as Sent[]
    ).map((each) => ({ each, id: mintId() }));
    const found = async ({ each, id }: (typeof sent)[number]) =>
      done((await send(each, id)) as { ok: true; value: { files: object[] } }).files.length;
    const before = await count();
    const first: number[] = [];
    for (const each of sent) first.push(await found(each));
    expect(first.every((files) => files > 0)).toBe(true);
    expect(await count()).toBe(before + sent.length);

    const mine = await guruOf(world.viewer, { name: "Later" });
    const files = { "later.ts": "export function parseLedger() {}\n" };
    await codeIn(mine.id, { name: "git.example.com/team/later", files });
    const since = await count();
    const [all = 0, narrowed = 0, references = 0, definitions = 0] = first;
    // What finds something else than its record says is one more, once.
    for (let n = 0; n < 2; n++)
      for (const [at, files] of [all + 1, narrowed, references + 1, definitions + 1].entries())
        expect(await found(sent[at] as (typeof sent)[number])).toBe(files);
    expect(await count()).toBe(since + 3);
  });

  it("is answered to both when it is sent twice at once", async () => {
    const before = await count();
    const id = mintId();
    const twice = [1, 2].map(() => send([searchCodeCommand, typed], id));
    for (const answer of await Promise.all(twice)) expect(done(answer)).toMatchObject({ isExhaustive: true });
    expect(await count()).toBe(before + 1);
  });

  it("has the id in the page's answer, so that a posted page can keep it", async () => {
    const id = mintId();
    for (let n = 0; n < 2; n++)
      expect(done(await send([shownSearch, shown], id))).toMatchObject({ attemptId: id, asked: shown });
  });

  it("of a file is done already", async () => {
    const asked: Sent = [viewFileCommand, { repository, path: "LICENSE", door: "ui" }];
    const id = mintId();
    done(await send(asked, id));
    expect(await send(asked, id)).toMatchObject({ ok: true, repeated: true });
  });
});

describe("an id that was used", () => {
  it("makes no other search unrecorded", async () => {
    const id = mintId();
    done(await send([searchCodeCommand, typed], id));
    const before = await count();
    const others: Sent[] = [
      [searchCodeCommand, { ...typed, query: "Ledger" }],
      [searchCodeCommand, { ...typed, query: "of_which_there_is_none" }],
      [searchCodeCommand, { ...typed, query: "of_which_there_is_none_either" }],
      [searchCodeCommand, { ...typed, matches: 500 }],
      [searchCodeCommand, { ...typed, whole: true }],
      [searchCodeCommand, { ...typed, filters }],
      [searchCodeCommand, { ...typed, isRegexEnabled: false }],
      [findReferencesCommand, symbol],
      [gotoDefinitionCommand, symbol],
    ];
    for (const other of others) done(await send(other, id));
    expect(await count()).toBe(before + others.length);
  });

  it("is another person's own: their search is recorded", async () => {
    const id = mintId();
    done(await send([searchCodeCommand, typed], id));
    const before = await count();
    done(await send([searchCodeCommand, typed], id, world.owner));
    expect(await count()).toBe(before + 1);
  });

  it("gives nothing to whoever may search no more", async () => {
    const id = mintId();
    done(await send([searchCodeCommand, typed], id));
    const answer = await send([searchCodeCommand, typed], id, { ...world.viewer, role: null });
    expect(answer).toMatchObject({ ok: false, code: expect.stringMatching(/^(forbidden|not_found)$/) });
    expect((await world.product.events()).at(-1)).toMatchObject({ action: "access.denied" });
  });

  it("finds the same repository of two gurus once", async () => {
    const name = "git.example.com/team/shared";
    const files = { "shared.ts": "export function sharedByTwo() {}\n" };
    for (const guru of ["One", "Two"]) {
      const { id } = await guruOf(world.viewer, { name: guru });
      await codeIn(id, { name, files });
    }
    const answer = await send([gotoDefinitionCommand, { symbolName: "sharedByTwo", door: "ui" }], mintId());
    expect(done(answer as { ok: true; value: { matchCount: number } }).matchCount).toBe(1);
  });
});
