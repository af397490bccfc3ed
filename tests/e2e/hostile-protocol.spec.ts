import { expect } from "@playwright/test";
import { type ActionResult, multipart, postCall, postRaw } from "./support/actions-post";
import { assertPlain } from "./support/matrix-hostile";
import { send } from "./support/matrix-send";
import { businessState } from "./support/roles-database";
import { test } from "./support/roles-fixture";

test("what is no form at all is refused without a fault", async ({ world }) => {
  const before = await businessState(world.admin);
  const text = "text/plain;charset=UTF-8";
  const deep = (open: string, close: string, levels: number) =>
    `${open.repeat(levels)}1${close.repeat(levels)}`;
  const bodies: [string, { body: Buffer; type: string }][] = [
    ...[
      "[]",
      "[null]",
      "[null,null]",
      '[null,"text"]',
      "[null,[1]]",
      '[null,{"get":"x"}]',
      "{}",
      "null",
      "",
      "[",
      '"$undefined"',
      '[null,"$K1"]',
      '[null,"$F1"]',
      '[null,"$@1"]',
      '[null,"$Q1"]',
      '[null,"$1:a:b"]',
      '[null,"$B1"]',
      '[null,"$n1"]',
      '{"__proto__":{"ok":true}}',
      '[null,{"__proto__":{"ok":true},"constructor":{"prototype":{}}}]',
      `[null,${deep("[", "]", 10_000)}]`,
      `[null,${deep('{"a":', "}", 10_000)}]`,
    ].map((body): [string, { body: Buffer; type: string }] => [
      `text ${body.slice(0, 40)}`,
      { body: Buffer.from(body), type: text },
    ]),
    ["a form without a root", multipart([["_1_email", "x"]])],
    ["a root that is no JSON", multipart([["0", "not json"]])],
    ["a form whose form is missing", multipart([["0", '[null,"$K9"]']])],
    [
      "a root of prototypes",
      multipart([
        ["0", '[null,"$1:__proto__:constructor"]'],
        ["1", '{"a":1}'],
      ]),
    ],
    ["a promise that never comes", multipart([["0", '[null,"$@2"]']])],
    [
      "a loop",
      multipart([
        ["0", '[null,"$1"]'],
        ["1", '["$1"]'],
      ]),
    ],
    [
      "a function of the server",
      multipart([
        ["0", '[null,"$F1"]'],
        ["1", '{"id":"7fx#y","bound":null}'],
      ]),
    ],
    [
      "a map",
      multipart([
        ["0", '[null,"$Q1"]'],
        ["1", '[["email","x"]]'],
      ]),
    ],
    [
      "five thousand fields",
      multipart(
        Array.from({ length: 5_000 }, (_, i): [string, string] => [`_1_f${i}`, "x"]).concat([
          ["0", '[null,"$K1"]'],
        ]),
      ),
    ],
    [
      "a boundary that never ends",
      {
        body: Buffer.from('--x\r\ncontent-disposition: form-data; name="0"\r\n\r\n['),
        type: "multipart/form-data; boundary=x",
      },
    ],
    ["no boundary", { body: Buffer.from("x"), type: "multipart/form-data" }],
    ["another type", { body: Buffer.from("<a/>"), type: "application/xml" }],
    [
      "a form of the old kind",
      { body: Buffer.from("email=x&password=y"), type: "application/x-www-form-urlencoded" },
    ],
  ];
  for (const action of ["signInAction", "createGuruAction", "startExportAction", "cancelExportAction"])
    for (const [name, body] of bodies) {
      const sent = await postRaw(world.url, action, body, { cookie: world.people.foreign.cookie });
      const about = `${action}: ${name}`;
      // What the framework cannot decode it answers itself: a number of the log's and nothing else.
      if (sent.answer.status >= 500)
        expect([about, sent.answer.text]).toEqual([about, expect.stringMatching(numberOnly)]);
      else assertPlain(about, sent.answer);
      expect([about, did(sent)]).toEqual([about, false]);
    }
  expect(await businessState(world.admin)).toEqual(before);
  expect((await send(world.url, "/api/health")).status).toBe(200);
});

const numberOnly = /^0:\{"a":"\$@1","q":"","i":false,"b":"[\w-]+"\}\n1:E\{"digest":"\d+"\}\n$/;
const did = ({ result, goTo }: ActionResult) => goTo !== undefined || result?.ok === true;

test("an export asked for with hostile values is refused in words", async ({ world }) => {
  await world.admin`update export_job set state = 'cancelled'`;
  const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
  const good = { scope: { kind: "global" }, format: "csv", filter };
  const bad: unknown[] = [
    { ...good, scope: { kind: "guru", slug: "a\0b" } },
    { ...good, scope: { kind: "guru", slug: ["guru-a"] } },
    { ...good, scope: { kind: "org", id: 2 } },
    { ...good, format: "exe" },
    { ...good, filter: { ...filter, orgId: 2 } },
    { ...good, filter: { ...filter, q: "a\0b" } },
    { ...good, filter: { ...filter, guru: "guru-a" } },
    { ...good, filter: { ...filter, guru: Array.from({ length: 500 }, (_, i) => `x${i}`) } },
    { ...good, filter: { ...filter, since: "yesterday" } },
    { ...good, filter: null },
    { ...good, filter: [] },
    null,
    [],
    "global",
  ];
  for (const value of bad) {
    const about = JSON.stringify(value).replace(JSON.stringify(filter).slice(1, -1), "…").slice(0, 200);
    const byAction = await postCall(world.url, "startExportAction", value, {
      cookie: world.people.owner.cookie,
    });
    assertPlain(about, byAction.answer);
    expect([about, byAction.result?.ok]).toEqual([about, false]);
    const byRoute = await send(world.url, "/exports", {
      method: "POST",
      cookie: world.people.owner.cookie,
      headers: { origin: world.url, "content-type": "application/json" },
      body: JSON.stringify(value),
    });
    assertPlain(about, byRoute);
    expect([about, [400, 404].includes(byRoute.status)]).toEqual([about, true]);
  }
});
