import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { deleteSecret } from "@/lib/features/secrets/commands/delete-secret";
import { readSecret } from "@/lib/features/secrets/commands/read-secret";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { guruSecrets } from "@/lib/features/secrets/queries";
import { setRuntime } from "@/lib/platform/runtime";
import { canary, foundIn } from "@/tests/support/canaries/forms";
import { catchOutput } from "@/tests/support/canaries/output";
import { placesToLook } from "@/tests/support/canaries/places";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { begin, refuses, type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { done, guruOf, textIn } from "../gurus/guru-for-tests";

const values = {
  stored: canary("stored"),
  replaced: canary("replaced"),
  underBadName: canary("bad-name"),
  tooLong: canary("too-long"),
  ofTwoLines: canary("two-lines"),
  inExtraField: canary("extra"),
  intoForeignGuru: canary("foreign"),
  whileTheLogIsBroken: canary("broken-log"),
  repeated: canary("repeated"),
  deleted: canary("deleted"),
  underLostKey: canary("lost-key"),
  modelKey: `sk-${canary("model")}`,
};

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let stranger: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({
    LLM_BASE_URL: model.url,
    LLM_MODEL: "stand-in",
    LLM_API_KEY: values.modelKey,
  });
  member = await product.person("m.solberg@halden.example");
  stranger = await product.person("stranger@halden.example");
  guru = await guruOf(member);
  await indexDataSource({
    dataSourceId: await textIn(guru.slug, member, "Rollback", "To roll back the gateway."),
  });
});
afterAll(async () => {
  await product?.close();
  await model?.close();
});

it("a value pushed through every field for credentials is found in no table, log, export, answer or error", async () => {
  const output = catchOutput();
  const answers: unknown[] = [];
  const write = async (
    name: string,
    secretValue: string,
    more: object = {},
    by = member,
    attemptId = randomUUID(),
  ) => {
    const input = { guru: guru.slug, name, secretValue, ...more };
    const result = await writeSecret.execute({ principal: by, request, input, attemptId });
    answers.push(result);
    return result;
  };
  const read = (id: string) =>
    readSecret.execute({ principal: member, request, input: { guru: guru.slug, id } });
  const ask = async () => {
    const input = { guru: guru.slug, question: "How do I roll back the gateway?" };
    answers.push(await askGuru.execute({ principal: member, request, input }));
  };

  done(await write("TOKEN", values.replaced));
  const { id } = done(await write("TOKEN", values.stored));
  await write("no name", values.underBadName);
  await write("TOO_LONG", values.tooLong.repeat(400));
  await write("TWO_LINES", `${values.ofTwoLines}\n${values.ofTwoLines}`);
  await write("EXTRA", "x", { note: values.inExtraField });
  await write("FOREIGN", values.intoForeignGuru, {}, stranger);
  const mend = await breakTheLog(product);
  await write("UNRECORDED", values.whileTheLogIsBroken);
  answers.push(await read(id));
  await mend();
  const attempt = randomUUID();
  done(await write("AGAIN", values.repeated, {}, member, attempt));
  await write("AGAIN", values.repeated, {}, member, attempt);
  await write("AGAIN", values.stored, {}, member, attempt);
  const gone = done(await write("GOES", values.deleted));
  const input = { guru: guru.slug, id: gone.id };
  answers.push(await deleteSecret.execute({ principal: member, request, input }), await read(gone.id));
  const lost = done(await write("LOST", values.underLostKey));
  setRuntime({
    ...product.runtime,
    keys: { ...product.runtime.keys, encryptionKeys: [{ id: "another", key: randomBytes(32) }] },
  });
  answers.push(await read(lost.id));
  setRuntime(product.runtime);

  // Each way in which a model's server may give its key back to us.
  for (const how of [401, 403, 429, 500].map((status) => refuses(status))) {
    model.answers(how);
    await ask();
  }
  model.answers((response, { headers }) => {
    begin(response);
    response.end(`data: {"error":{"message":${JSON.stringify(String(headers.authorization))}}}\n\n`);
  });
  await ask();
  // The library says on the console what it cannot read, for events of some names past its log level.
  const names = [
    "",
    "event: thread.run\n",
    "event:thread.run\r\n",
    "\ufeffevent: thread.run\r",
    ": \revent: thread.x\n",
  ];
  for (const name of names) {
    model.answers((response, { headers }) => {
      begin(response);
      response.end(`${name}data: ${String(headers.authorization)}\n\n`);
    });
    await ask();
  }
  model.answers(writes("Roll it back [1]."));
  await ask();
  answers.push(await guruSecrets.execute({ principal: member, request, input: guru.slug }));

  // The one answer that may hold it.
  expect(done(await read(id)).secretValue).toBe(values.stored);
  output.release();

  const places = await placesToLook(product, output.text(), answers);
  expect(foundIn(places, values)).toEqual([]);
  // What lies under the key ring stays in its own table.
  const rows = await product.admin<{ sealed: Buffer }[]>`select sealed from secret`;
  for (const { sealed } of rows) {
    const hex = sealed.toString("hex");
    const forms = [hex, sealed.toString("base64").replace(/=+$/, ""), sealed.toString("base64url")];
    const holding = [...places].filter(([, text]) => forms.some((form) => text.includes(form)));
    expect(holding.map(([place]) => place)).toEqual(["public.secret"]);
  }
  expect(rows.length).toBeGreaterThan(2);

  // The search sees what is there.
  expect(model.asked.at(-1)?.headers.authorization).toBe(`Bearer ${values.modelKey}`);
  for (const format of ["csv", "json", "xlsx", "zip"]) expect(places.get(format)).toContain("SECRET_READ");
  expect(places.get("the output")).toContain("write-secret");
  expect(places.get("public.secret")).not.toContain("TWO_LINES");
  expect(places.get("public.secret")).toContain("LOST");
}, 60_000);
