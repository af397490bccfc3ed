import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { beginAnswer } from "@/lib/features/ask/commands/begin-answer";
import { rateAnswer } from "@/lib/features/ask/commands/rate-answer";
import type { Answer } from "@/lib/features/ask/schemas";
import { writeAnswer } from "@/lib/features/ask/write-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { done, giveRole, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let guru: { id: string; slug: string; name: string };

beforeAll(async () => {
  model = await startStandInModel();
  model.answers(writes("Run it [1]."));
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  const dataSourceId = await textIn(
    guru.slug,
    member,
    "Rollback",
    "To roll back the gateway, run `fleet rollback`.",
  );
  await indexDataSource({ dataSourceId });
});
afterAll(async () => {
  await product?.close();
  await model?.close();
});

let asked = 0;
/** A question whose answer the model is yet to write. */
const open = async (): Promise<Answer> =>
  done(
    await beginAnswer.execute({
      principal: member,
      request,
      input: { guru: guru.slug, question: `gateway ${++asked}` },
    }),
  );
const write = async (answer: Answer): Promise<void> => {
  const signal = new AbortController().signal;
  for await (const line of writeAnswer(answer, { principal: member, request }, signal))
    if (line.type === "end") expect(line.outcome).toBe("written");
};
const rowOf = async (answer: Answer) =>
  (await product.admin`select * from question where id = ${answer.questionId}`)[0];

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
