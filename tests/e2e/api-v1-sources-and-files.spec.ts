import { type APIRequestContext, type APIResponse, expect, type Page, test } from "@playwright/test";
import { unzipSync } from "fflate";
import { read } from "xlsx";
import { baseUrl, createGuru, owner, signIn } from "./support/people";

// The second test looks at what the first left.
test.describe.configure({ mode: "serial" });

interface Caller {
  /** Sends JSON to an address of the guru, and follows no redirect. */
  send(method: "POST" | "DELETE", path: string, data: unknown): Promise<APIResponse>;
  /** How many events of an operation the guru's log has of this key, and what they say. */
  recorded(operation: string): Promise<{ targetId: string; details: Record<string, unknown> }[]>;
  api: APIRequestContext;
}

/** A key of the owner's, on a guru that is made for it. */
async function caller(
  page: Page,
  newContext: (options: { extraHTTPHeaders: Record<string, string> }) => Promise<APIRequestContext>,
  { name, slug }: { name: string; slug: string },
): Promise<Caller> {
  await signIn(page, owner);
  await createGuru(page, name, slug);
  await page.goto(`${baseUrl()}/settings/api-keys`);
  await page.getByLabel("Name", { exact: true }).fill(`of ${slug}`);
  await page.getByRole("button", { name: "Create API key" }).click();
  const key = await page.getByLabel("API key", { exact: true }).inputValue();
  const api = await newContext({ extraHTTPHeaders: { "x-api-key": key } });
  const headers = { "x-org-domain": "~", "x-sourcebot-api-key": key };
  return {
    api,
    send: (method, path, data) =>
      api.fetch(`${baseUrl()}/api/v1/${slug}/${path}`, { method, data, maxRedirects: 0 }),
    async recorded(operation) {
      const query = new URLSearchParams({ view: "full", guru: slug, operation });
      const answer = await api.get(`${baseUrl()}/api/ee/audit?${query}`, { headers });
      expect(answer.status()).toBe(200);
      const events = (await answer.json()) as {
        targetId: string;
        details: Record<string, unknown>;
        actorType: string;
        actorEmail: string;
      }[];
      for (const event of events)
        expect(event).toMatchObject({
          actorType: "api_key",
          actorEmail: owner.email,
          details: { apiKeyName: `of ${slug}` },
        });
      return events;
    },
  };
}

/** Status and words of a refusal, which has nothing else. */
async function refusal(answer: APIResponse): Promise<[number, string]> {
  const body = (await answer.json()) as { msg: string };
  expect(Object.keys(body)).toEqual(["msg"]);
  return [answer.status(), body.msg];
}

test("sources are indexed anew and deleted by a key, with and without a slash at the end", async ({
  page,
  playwright,
}) => {
  const context = playwright.request.newContext.bind(playwright.request);
  const { send, recorded } = await caller(page, context, { name: "Emptied by key", slug: "emptied-by-key" });
  const add = async (name: string) => {
    const texts = { text_sources: [{ name, content: `${name}: the gateway is rolled back at night.` }] };
    const [{ id }] = (await (await send("POST", "data-sources/", texts)).json()) as [{ id: string }];
    return id;
  };
  const ids = [await add("First"), await add("Second")];
  await createGuru(page, "Not by this key", "not-by-this-key");
  await page.goto(`${baseUrl()}/gurus/not-by-this-key/data-sources`);
  await page.getByLabel("Title").fill("Foreign");
  await page.getByLabel("Content").fill("It is not touched.");
  await page.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("row", { name: /Foreign/ })).toBeVisible();

  for (const [method, path] of [
    ["POST", "data-sources/reindex"],
    ["DELETE", "data-sources"],
  ] as const)
    for (const slash of ["", "/"]) {
      const refused = async (data: unknown) => refusal(await send(method, path + slash, data));
      expect(await refused({})).toEqual([400, expect.stringContaining("Send the ids")]);
      expect(await refused({ ids: [] })).toEqual([400, expect.stringContaining("at least one")]);
      expect(await refused({ ids: "all" })).toEqual([400, expect.stringContaining("Send the ids")]);
      expect(await refused({ ids, force: true })).toEqual([400, expect.stringContaining("force")]);
      expect(await refused([ids])).toEqual([400, expect.stringContaining("JSON object")]);
      const none = [404, "This guru has none of these sources."];
      expect(await refused({ ids: ["no id"] })).toEqual(none);
      expect(await refused({ ids: ["019a0000-0000-7000-8000-000000000000"] })).toEqual(none);
    }
  expect(await recorded("REINDEX_DATASOURCE")).toEqual([]);
  expect(await recorded("DELETE_DATASOURCE")).toEqual([]);

  for (const [at, slash] of ["", "/"].entries()) {
    const one = { ids: [ids[at], "no id"] };
    const reindexed = await send("POST", `data-sources/reindex${slash}`, one);
    expect([reindexed.status(), await reindexed.json()]).toEqual([
      200,
      { msg: "1 source sent to be indexed anew." },
    ]);
    const deleted = await send("DELETE", `data-sources${slash}`, one);
    expect([deleted.status(), await deleted.json()]).toEqual([200, { msg: "Deleted 1 source." }]);
    expect((await send("DELETE", `data-sources${slash}`, one)).status()).toBe(404);
  }
  for (const operation of ["ADD_DATASOURCE", "REINDEX_DATASOURCE", "DELETE_DATASOURCE"])
    expect((await recorded(operation)).map((event) => event.targetId).sort()).toEqual([...ids].sort());
});

test("a source of another guru is not touched by an address of this one", async ({ page, playwright }) => {
  const context = playwright.request.newContext.bind(playwright.request);
  const { send, api } = await caller(page, context, { name: "Beside it", slug: "beside-it" });
  const of = `${baseUrl()}/api/v1/not-by-this-key/data-sources/`;
  const listed = async () =>
    ((await (await api.get(of)).json()) as { results: { id: string; title: string }[] }).results;
  const foreign = await listed();
  expect(foreign.map(({ title }) => title)).toEqual(["Foreign"]);
  const body = { ids: foreign.map(({ id }) => id) };
  for (const slash of ["", "/"]) {
    expect((await send("DELETE", `data-sources${slash}`, body)).status()).toBe(404);
    expect((await send("POST", `data-sources/reindex${slash}`, body)).status()).toBe(404);
  }
  expect((await listed()).map(({ title }) => title)).toEqual(["Foreign"]);
});

test("analytics leave by a key in each format, and are 404 while there is nothing in them", async ({
  page,
  playwright,
}) => {
  const context = playwright.request.newContext.bind(playwright.request);
  const { send, recorded } = await caller(page, context, { name: "Counted by key", slug: "counted-by-key" });
  const exported = (format: string, slash = "/") =>
    send("POST", `analytics/export${slash}`, { export_type: format, interval: "7d", filters: {} });
  for (const format of ["xlsx", "csv", "json"])
    for (const slash of ["", "/"])
      expect(await refusal(await exported(format, slash))).toEqual([
        404,
        expect.stringContaining("nothing to export"),
      ]);
  expect(await refusal(await exported("pdf"))).toEqual([400, expect.stringContaining("xlsx, csv or json")]);
  expect(await recorded("EXPORT_ANALYTICS")).toEqual([]);

  const question = "=Which gateway?";
  expect((await send("POST", "answer/", { question })).status()).toBe(200);
  const fileOf = async (format: string, slash: string, ending: string) => {
    const answer = await exported(format, slash);
    expect(answer.status()).toBe(200);
    const name = new RegExp(`^attachment; filename="analytics_counted-by-key_7d_\\d{10}\\.${ending}"$`);
    expect(answer.headers()["content-disposition"]).toMatch(name);
    return answer.body();
  };
  const book = read(await fileOf("xlsx", "/", "xlsx"));
  expect(book.SheetNames).toEqual(["About", "Over time", "Questions", "Unanswered", "Referenced sources"]);
  expect(JSON.stringify(book.Sheets.Questions)).toContain(question);
  const files = unzipSync(new Uint8Array(await fileOf("csv", "", "zip")));
  expect(new TextDecoder().decode(files["questions.csv"])).toContain(`'${question}`);
  const file = JSON.parse((await fileOf("json", "/", "json")).toString("utf8")) as {
    questions: { question: string; source: string }[];
  };
  expect(file.questions).toMatchObject([{ question, source: "API" }]);

  const events = await recorded("EXPORT_ANALYTICS");
  expect(events.map(({ details }) => [details.format, details.success])).toEqual([
    ["json", true],
    ["csv", true],
    ["xlsx", true],
  ]);
  expect((await recorded("ASK_GURU")).map(({ details }) => details.door)).toEqual(["api"]);
});
