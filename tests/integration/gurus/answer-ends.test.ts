import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { beginAnswer } from "@/lib/features/ask/commands/begin-answer";
import { rateAnswer } from "@/lib/features/ask/commands/rate-answer";
import { closeLostAnswers } from "@/lib/features/ask/finish-answer";
import type { Answer, AnswerLine } from "@/lib/features/ask/schemas";
import { writeAnswer } from "@/lib/features/ask/write-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { done, giveRole, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let owner: UserPrincipal;
let member: UserPrincipal;
let guru: { id: string; slug: string; name: string };

beforeAll(async () => {
  model = await startStandInModel();
  model.answers(writes("Run it [1]."));
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  await addText(guru.slug);
});
afterAll(async () => {
  await product?.close();
  await model?.close();
});

async function addText(slug: string): Promise<void> {
  const dataSourceId = await textIn(
    slug,
    member,
    "Rollback",
    "To roll back the gateway, run `fleet rollback`.",
  );
  await indexDataSource({ dataSourceId });
}

let asked = 0;
/** A question whose answer the model is yet to write. */
const open = async (
  principal: Parameters<typeof beginAnswer.execute>[0]["principal"] = member,
  into = guru.slug,
) =>
  done(
    await beginAnswer.execute({ principal, request, input: { guru: into, question: `gateway ${++asked}` } }),
  );
const write = async (answer: Answer, principal = member): Promise<AnswerLine[]> => {
  const lines: AnswerLine[] = [];
  const by = { principal, request };
  for await (const line of writeAnswer(answer, by, new AbortController().signal)) lines.push(line);
  return lines;
};
const grow = (answer: Answer) =>
  product.admin`update question set created_at = now() - interval '11 minutes' where id = ${answer.questionId}`;
const eventsOf = async (answer: Answer) =>
  (await product.events("guru.asked")).filter((e) => e.details.question === answer.question);
const rowOf = async (answer: Answer) =>
  (await product.admin`select * from question where id = ${answer.questionId}`)[0];

describe("a question whose answer nobody writes any more", () => {
  it("is recorded by the worker as the asker's, from where they asked, once", async () => {
    const answer = await open();
    expect(await eventsOf(answer)).toEqual([]);
    expect(await closeLostAnswers()).toBe(0);
    await grow(answer);
    const closed = await Promise.all([closeLostAnswers(), closeLostAnswers()]);
    expect(closed.sort()).toEqual([0, 1]);
    expect(await eventsOf(answer)).toMatchObject([
      {
        actor_type: "user",
        actor_id: member.accountId,
        actor_email: member.email,
        account_id: member.accountId,
        ip: request.ip,
        details: { outcome: "lost", answered: false, llm: "stand-in", requestId: request.requestId },
      },
    ]);
    expect(await rowOf(answer)).toMatchObject({ outcome: "lost", answered: "no", asked_by: null });
    // A writer that was only slow changes nothing any more.
    await write(answer);
    expect(await eventsOf(answer)).toHaveLength(1);
    expect(await rowOf(answer)).toMatchObject({ outcome: "lost", answer: null });
  });

  it("is recorded as the key's where a key asked", async () => {
    const answer = await open(byKey(member));
    await grow(answer);
    expect(await closeLostAnswers()).toBe(1);
    const key = byKey(member);
    expect(await eventsOf(answer)).toMatchObject([
      {
        actor_type: "api_key",
        actor_id: key.keyId,
        account_id: member.accountId,
        details: { apiKeyName: "ci" },
      },
    ]);
  });

  it("stays open while the log takes no event, and is recorded when it does again", async () => {
    const answer = await open();
    const mend = await breakTheLog(product);
    const lines = await write(answer);
    await grow(answer);
    await expect(closeLostAnswers()).rejects.toThrow();
    await mend();
    expect(lines.at(-1)).toMatchObject({ type: "end", outcome: "written" });
    expect(await rowOf(answer)).toMatchObject({ outcome: null });
    expect(await closeLostAnswers()).toBe(1);
    expect(await eventsOf(answer)).toMatchObject([{ details: { outcome: "lost" } }]);
  });

  it("is not begun at all when it cannot be kept", async () => {
    await product.admin`alter table question add constraint full_for_a_test check (false) not valid`;
    const before = model.asked.length;
    const result = await askGuru.execute({
      principal: member,
      request,
      input: { guru: guru.slug, question: "gateway" },
    });
    await product.admin`alter table question drop constraint full_for_a_test`;
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(model.asked.length).toBe(before);
  });
});

describe("what happens while an answer is written", () => {
  it("the guru is deleted: the question is recorded all the same", async () => {
    const short = await guruOf(member);
    await addText(short.slug);
    const answer = await open(member, short.slug);
    done(
      await deleteGuru.execute({
        principal: member,
        request,
        input: { guru: short.slug, confirmation: short.slug },
      }),
    );
    await write(answer);
    expect(await eventsOf(answer)).toMatchObject([
      { guru_id: short.id, actor_id: member.accountId, details: { outcome: "written" } },
    ]);
    expect(await rowOf(answer)).toBeUndefined();
  });

  it("the person is erased: the question is recorded as nobody's", async () => {
    const leaving = await product.person("p.leaving@halden.example");
    await giveRole(guru.id, leaving, "viewer");
    const [written, lost] = [await open(leaving), await open(leaving)];
    done(
      await erasePerson.execute({
        principal: owner,
        request,
        input: { accountId: leaving.accountId, confirmation: leaving.email },
      }),
    );
    expect(await rowOf(lost)).toMatchObject({ account_id: null, asked_by: null });
    await write(written, leaving);
    await grow(lost);
    expect(await closeLostAnswers()).toBe(1);
    for (const answer of [written, lost])
      expect(await eventsOf(answer)).toMatchObject([
        { actor_type: "anonymous", actor_email: null, account_id: null, ip: null },
      ]);
  });

  it("whoever reads stops reading: the rest is not asked for", async () => {
    const answer = await open();
    model.answers(writes("One ", "two ", "three"));
    for await (const line of writeAnswer(
      answer,
      { principal: member, request },
      new AbortController().signal,
    ))
      if (line.type === "text") break;
    await model.left();
    model.answers(writes("Run it [1]."));
    expect(await rowOf(answer)).toMatchObject({ outcome: "stopped", answer: "One " });
    expect(await eventsOf(answer)).toMatchObject([{ details: { outcome: "stopped" } }]);
  });
});

describe("rate-answer", () => {
  const rate = (answer: Answer, vote: string, principal = member) =>
    rateAnswer.execute({
      principal,
      request,
      input: { guru: answer.guru.slug, questionId: answer.questionId, vote },
    });
  const rated = async (answer: Answer) =>
    (await product.events("guru.answer_rated")).filter((e) => e.details.questionId === answer.questionId);

  it("keeps the vote of whoever asked and records each change of it", async () => {
    const answer = await open();
    await write(answer);
    for (const vote of ["up", "up", "down", "none", "none"]) done(await rate(answer, vote));
    const events = await rated(answer);
    expect(events.map((e) => e.changes)).toEqual([
      [{ field: "vote", before: null, after: "up" }],
      [{ field: "vote", before: "up", after: "down" }],
      [{ field: "vote", before: "down", after: null }],
    ]);
    expect(events[0]).toMatchObject({
      operation: "RATE_ANSWER",
      action_type: "updated",
      model: "GuruType",
      target_id: guru.id,
      actor_id: member.accountId,
    });
    expect((await rowOf(answer))?.vote).toBeNull();
  });

  it("takes no vote on another person's answer, an open one, or one of another guru", async () => {
    const viewer = await product.person("voter@halden.example");
    await giveRole(guru.id, viewer, "viewer");
    const [answer, unfinished] = [await open(), await open()];
    await write(answer);
    const other = await guruOf(viewer);
    for (const refused of [
      await rate(answer, "up", viewer),
      await rate(unfinished, "up"),
      await rate({ ...answer, guru: { ...answer.guru, slug: other.slug } }, "up", viewer),
      await rate({ ...answer, questionId: "00000000-0000-4000-8000-000000000000" }, "up"),
    ])
      expect(refused).toMatchObject({ ok: false, code: "not_found" });
    for (const vote of ["", "maybe", "UP"])
      expect(await rate(answer, vote)).toMatchObject({ code: "invalid" });
    expect(await rate({ ...answer, questionId: "x" }, "up")).toMatchObject({ code: "invalid" });
    expect(await rated(answer)).toEqual([]);
    await write(unfinished);
  });

  it("keeps no vote when the log takes no event", async () => {
    const answer = await open();
    await write(answer);
    const mend = await breakTheLog(product);
    expect(await rate(answer, "up")).toMatchObject({ ok: false, code: "internal" });
    await mend();
    expect((await rowOf(answer))?.vote).toBeNull();
  });
});
