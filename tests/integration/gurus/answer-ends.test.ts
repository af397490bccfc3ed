import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noRequest, type UserPrincipal } from "@/lib/access/principal";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { beginAnswer } from "@/lib/features/ask/commands/begin-answer";
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
const write = async (
  answer: Answer,
  principal = member,
  times: Parameters<typeof writeAnswer>[3] = {},
): Promise<AnswerLine[]> => {
  const lines: AnswerLine[] = [];
  const by = { principal, request };
  for await (const line of writeAnswer(answer, by, new AbortController().signal, times)) lines.push(line);
  return lines;
};
/** Writes it while the log takes no event, and gives up recording it. */
const writeUnrecorded = async (answer: Answer, principal = member): Promise<AnswerLine[]> => {
  const mend = await breakTheLog(product);
  const lines = await write(answer, principal, { waitsMs: [1, 1] });
  await expect(closeLostAnswers()).rejects.toThrow();
  await mend();
  return lines;
};
const deleteTheGuru = async (slug: string) =>
  done(
    await deleteGuru.execute({
      principal: owner,
      request: noRequest,
      input: { guru: slug, confirmation: slug },
    }),
  );
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

  it("stays open while the log takes no event, and is recorded as it ended when it does again", async () => {
    const answer = await open();
    const lines = await writeUnrecorded(answer);
    expect(lines.at(-1)).toMatchObject({ type: "end", outcome: "written" });
    expect(await rowOf(answer)).toMatchObject({ outcome: null });
    expect(await eventsOf(answer)).toEqual([]);
    expect(await closeLostAnswers()).toBe(1);
    expect(await eventsOf(answer)).toMatchObject([
      { actor_id: member.accountId, ip: request.ip, details: { outcome: "written", answered: true } },
    ]);
    const row = await rowOf(answer);
    expect(row).toMatchObject({
      outcome: "written",
      answered: "yes",
      answer: "Run it [1].",
      asked_by: null,
    });
    expect(row?.answer_started_ms).toBeGreaterThanOrEqual(0);
    expect(await closeLostAnswers()).toBe(0);
  });

  it("is recorded by its writer where the log works again soon", async () => {
    const answer = await open();
    const mend = await breakTheLog(product);
    const writing = write(answer, member, { waitsMs: Array(10_000).fill(5) });
    // Noted after the first try.
    while (!(await rowOf(answer))?.asked_by.end);
    await mend();
    await writing;
    expect(await eventsOf(answer)).toMatchObject([{ details: { outcome: "written", answered: true } }]);
    expect(await rowOf(answer)).toMatchObject({ outcome: "written", answer: "Run it [1].", asked_by: null });
    expect(await closeLostAnswers()).toBe(0);
  });

  it("takes none of the person's places once its answer has ended", async () => {
    const busy = await product.person("busy@halden.example");
    await giveRole(guru.id, busy, "viewer");
    for (const answer of [await open(busy), await open(busy), await open(busy)])
      await writeUnrecorded(answer, busy);
    await write(await open(busy), busy);
    expect(await closeLostAnswers()).toBe(3);
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
  it("the guru is deleted: the question is recorded once, as the asker's, before or by that", async () => {
    const short = await guruOf(member);
    await addText(short.slug);
    const written = await open(member, short.slug);
    await write(written);
    const unrecorded = await open(member, short.slug);
    await writeUnrecorded(unrecorded);
    const [left, dead] = [await open(member, short.slug), await open(byKey(member), short.slug)];
    await deleteTheGuru(short.slug);
    const asker = { guru_id: short.id, actor_type: "user", actor_id: member.accountId, ip: request.ip };
    const expected = [
      [written, { ...asker, cause: null, details: { outcome: "written" } }],
      [unrecorded, { ...asker, cause: null, details: { outcome: "written", answered: true } }],
      [
        left,
        { ...asker, details: { outcome: "guru_deleted", answered: false, requestId: request.requestId } },
      ],
      [
        dead,
        {
          ...asker,
          actor_type: "api_key",
          actor_id: byKey(member).keyId,
          details: { outcome: "guru_deleted" },
        },
      ],
    ] as const;
    for (const [answer, event] of expected) expect(await eventsOf(answer)).toMatchObject([event]);
    expect(await rowOf(left)).toBeUndefined();
    // Whoever still writes is not disturbed, and records nothing twice.
    expect((await write(left)).at(-1)).toMatchObject({ type: "end", outcome: "written" });
    expect(await closeLostAnswers()).toBe(0);
    for (const [answer] of expected) expect(await eventsOf(answer)).toHaveLength(1);
  });

  it("the guru is deleted just when the answer ends: the question is recorded once", async () => {
    for (let round = 0; round < 5; round++) {
      const short = await guruOf(member);
      await addText(short.slug);
      const answer = await open(member, short.slug);
      await Promise.all([write(answer), deleteTheGuru(short.slug)]);
      expect(await eventsOf(answer)).toHaveLength(1);
    }
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

  it("the person is erased when the answer has ended: its end is recorded as nobody's", async () => {
    const leaving = await product.person("l.leaving@halden.example");
    await giveRole(guru.id, leaving, "viewer");
    const answer = await open(leaving);
    await writeUnrecorded(answer, leaving);
    done(
      await erasePerson.execute({
        principal: owner,
        request,
        input: { accountId: leaving.accountId, confirmation: leaving.email },
      }),
    );
    expect(JSON.stringify((await rowOf(answer))?.asked_by)).not.toContain(leaving.email);
    expect(await closeLostAnswers()).toBe(1);
    expect(await eventsOf(answer)).toMatchObject([
      { actor_type: "anonymous", actor_email: null, account_id: null, details: { outcome: "written" } },
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
