import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { csv } from "@/lib/audit/export/formats/csv";
import { json } from "@/lib/audit/export/formats/json";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { deleteSecret } from "@/lib/features/secrets/commands/delete-secret";
import { readSecret } from "@/lib/features/secrets/commands/read-secret";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { guruSecrets } from "@/lib/features/secrets/queries";
import { setRuntime } from "@/lib/platform/runtime";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { begin, refuses, type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { copyOfTables } from "../erasure/whole-database";
import { make } from "../exports/make-file";
import { done, guruOf, textIn } from "../gurus/guru-for-tests";

const canary = (kind: string) => `canary-${kind}-${randomBytes(9).toString("hex")}`;
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

/** A value as some store may write it. The middle of a base64 text depends on where the value begins in it. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((skip) =>
    bytes
      .subarray(skip, skip + 30)
      .toString("base64")
      .slice(0, 36),
  );
  const forms = [value, encodeURIComponent(value), ...base64];
  // A column of bytes stands in the copy as hexadecimal.
  return [...new Set(forms.flatMap((form) => [form, Buffer.from(form).toString("hex")]))];
}

it("a value pushed through every field for credentials is found in no table, log, export, answer or error", async () => {
  const printed: string[] = [];
  const keep = ((text: unknown) => printed.push(String(text)) > 0) as typeof process.stderr.write;
  const spies = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
  for (const spy of spies) spy.mockImplementation(keep);
  const levels = ["error", "warn", "log", "info", "debug"] as const;
  const consoles = levels.map((level) =>
    vi.spyOn(console, level).mockImplementation((...said) => void printed.push(said.map(String).join(" "))),
  );
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
  for (const spy of [...spies, ...consoles]) spy.mockRestore();

  const copy = await copyOfTables(product.admin);
  const texts: [string, string][] = [
    ["the output", printed.join("\n")],
    ["the answers", JSON.stringify(answers)],
    ["the CSV export", (await make(csv)).bytes.toString("utf8")],
    ["the JSON export", (await make(json)).bytes.toString("utf8")],
    ...copy,
  ];
  const found = Object.entries(values).flatMap(([kind, value]) =>
    formsOf(value).flatMap((form) =>
      texts.filter(([, text]) => text.includes(form)).map(([place]) => `${kind} in ${place}`),
    ),
  );
  expect(found).toEqual([]);
  // What lies under the key ring stays in its own table.
  const rows = await product.admin<{ sealed: Buffer }[]>`select sealed from secret`;
  for (const { sealed } of rows) {
    const hex = sealed.toString("hex");
    const forms = [hex, sealed.toString("base64").replace(/=+$/, ""), sealed.toString("base64url")];
    const places = texts.filter(([, text]) => forms.some((form) => text.includes(form)));
    expect(places.map(([place]) => place)).toEqual(["public.secret"]);
  }
  expect(rows.length).toBeGreaterThan(2);

  // The search sees what is there.
  expect(model.asked.at(-1)?.headers.authorization).toBe(`Bearer ${values.modelKey}`);
  const textOf = Object.fromEntries(texts);
  expect(textOf["the CSV export"]).toContain("SECRET_READ");
  expect(textOf["the output"]).toContain("write-secret");
  expect(textOf["public.secret"]).not.toContain("TWO_LINES");
  expect(textOf["public.secret"]).toContain("LOST");
}, 60_000);
