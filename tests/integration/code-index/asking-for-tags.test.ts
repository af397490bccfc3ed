import type { IncomingMessage } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { refreshTags } from "@/lib/features/data-sources/code-index/tags";
import { serveGit, TestRepository } from "../network-sources/git-server";
import { indexed, product, repositorySource, withFetchingProduct } from "../network-sources/harness";
import { repositoryRow } from "./harness";

withFetchingProduct();

const goesOn = () => new AbortController().signal;

/** A source whose host knew one tag when its code was indexed, and has another by now. */
async function knownOnce() {
  const repository = new TestRepository();
  const commit = repository.commit({ "a.txt": "words" });
  repository.git("tag", "v1.0");
  const host = { does: "answer" as number | "answer" | "wait", from: "GET", asked: () => {} };
  const isMet = ({ method }: IncomingMessage) => host.from === "GET" || method === "POST";
  const { origin } = await serveGit(repository, (req, res, pass) => {
    if (host.does === "answer" || !isMet(req)) return pass();
    host.asked();
    if (host.does !== "wait") res.writeHead(host.does).end();
  });
  const id = await repositorySource(`${origin}/team/handbook`);
  await indexed(id);
  await indexCode({ dataSourceId: id });
  repository.git("tag", "v1.1");
  return { id, host, before: [{ name: "v1.0", commit }] };
}

describe("a host that does not say which tags it has", () => {
  it.each([
    ["cannot answer", 503, "GET", "The repository's host cannot answer at the moment (status 503)."],
    ["refuses", 404, "GET", "There is no repository at this address, or it is private and needs a token."],
    ["breaks off", 500, "POST", "The repository could not be fetched from its host."],
    [
      "refuses git",
      403,
      "POST",
      "The host does not let this repository be read with what it was given. Check the token.",
    ],
  ])("because it %s: what was known stays, with the reason, until it does", async (_, status, from, says) => {
    const { id, host, before } = await knownOnce();
    Object.assign(host, { does: status, from });
    await refreshTags(id, goesOn());
    const note = `Which tags it has could not be asked the last time. ${says}`;
    expect(await repositoryRow(id)).toMatchObject({ tags: before, tags_note: note });
    host.does = "answer";
    await refreshTags(id, goesOn());
    expect(await repositoryRow(id)).toMatchObject({
      tags: [{ name: "v1.0" }, { name: "v1.1" }],
      tags_note: null,
    });
  });

  it.each(["GET", "POST"])("because it is slow (%s) is not waited for long", async (from) => {
    const { id, host, before } = await knownOnce();
    Object.assign(host, { does: "wait", from });
    await refreshTags(id, goesOn(), 300);
    expect(await repositoryRow(id)).toMatchObject({
      tags: before,
      tags_note:
        "Which tags it has could not be asked the last time. The repository's host took too long to say which tags it has.",
    });
  });

  it("has twenty seconds where nobody says otherwise", async () => {
    const { id } = await knownOnce();
    const limits = vi.spyOn(AbortSignal, "timeout");
    try {
      await refreshTags(id, goesOn());
      expect(Math.max(...limits.mock.calls.map(([ms]) => ms))).toBe(20_000);
    } finally {
      limits.mockRestore();
    }
  });

  it.each(["GET", "POST"])("(%s) does not keep a worker that stops, and nothing is noted", async (from) => {
    const { id, host, before } = await knownOnce();
    const stopping = new AbortController();
    const stop = new Error("the worker stops");
    Object.assign(host, { does: "wait", from, asked: () => stopping.abort(stop) });
    await expect(indexCode({ dataSourceId: id }, stopping.signal)).rejects.toBe(stop);
    expect(await repositoryRow(id)).toMatchObject({ tags: before, tags_note: null });
  });

  it("does so in the run that indexes, too: the index is shown, with the reason", async () => {
    const { id, host } = await knownOnce();
    await product.admin`update code_repository set basis = basis || '{"format": 0}' where source_id = ${id}`;
    Object.assign(host, { does: 503, from: "GET" });
    await indexCode({ dataSourceId: id });
    expect(await repositoryRow(id)).toMatchObject({
      ...{ generation: 2, problem: null, tags: [{ name: "v1.0" }] },
      tags_note: expect.stringMatching(/status 503/),
    });
  });
});

it("what goes wrong on our side while tags are asked for is not passed over", async () => {
  const { id } = await knownOnce();
  await product.admin`update data_source set settings = settings || '{"secret": "TOKEN"}' where id = ${id}`;
  await product.admin.unsafe("alter table secret rename to secret_away");
  try {
    await expect(refreshTags(id, goesOn())).rejects.toThrow(/query/i);
  } finally {
    await product.admin.unsafe("alter table secret_away rename to secret");
  }
  await refreshTags(id, goesOn());
  expect((await repositoryRow(id)).tags_note).toMatch(/The secret TOKEN that this source names is not there/);
});
