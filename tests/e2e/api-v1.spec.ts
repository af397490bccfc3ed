import { expect, type Page, test } from "@playwright/test";
import { baseUrl, createGuru, owner, signIn } from "./support/people";

async function newKey(page: Page): Promise<string> {
  await page.goto(`${baseUrl()}/settings/api-keys`);
  await page.getByLabel("Name", { exact: true }).fill(`v1 ${Date.now()}`);
  await page.getByRole("button", { name: "Create API key" }).click();
  return page.getByLabel("API key", { exact: true }).inputValue();
}

test("a guru is filled, asked and emptied by an API key, with and without a slash at the end", async ({
  page,
  playwright,
}) => {
  await signIn(page, owner);
  await createGuru(page, "By key", "by-key");
  const key = await newKey(page);
  const api = await playwright.request.newContext({ extraHTTPHeaders: { "x-api-key": key } });
  const base = `${baseUrl()}/api/v1/by-key`;
  const noRedirect = { maxRedirects: 0 };

  const added = await api.post(`${base}/data-sources/`, {
    ...noRedirect,
    data: { text_sources: [{ name: "Rollback", content: "To roll back the gateway, run fleet rollback." }] },
  });
  expect(added.status()).toBe(200);
  const [{ id }] = (await added.json()) as [{ id: string }];
  const state = async () => {
    const listed = (await (await api.get(`${base}/data-sources`, noRedirect)).json()) as {
      results: { status: string }[];
    };
    return listed.results[0]?.status;
  };
  await expect.poll(state, { timeout: 20_000 }).toBe("SUCCESS");

  for (const slash of ["", "/"]) {
    const data = { question: `How do I roll back the gateway${slash}?` };
    const answer = await api.post(`${base}/answer${slash}`, { ...noRedirect, data });
    expect(answer.status()).toBe(200);
    expect(await answer.json()).toMatchObject({
      content: expect.stringContaining("fleet rollback"),
      references: [{ title: "Rollback" }],
    });
    const streamed = await api.post(`${base}/answer${slash}`, {
      ...noRedirect,
      data: { ...data, stream: true },
    });
    expect(streamed.headers()["content-type"]).toBe("text/plain; charset=utf-8");
    expect(await streamed.text()).toContain("fleet rollback");
    const found = await api.post(`${base}/semantic-search${slash}`, { ...noRedirect, data });
    expect(await found.json()).toMatchObject({ total_sources: 1, sources: [{ id, title: "Rollback" }] });
  }
  const reindexed = await api.post(`${base}/data-sources/reindex/`, { ...noRedirect, data: { ids: [id] } });
  expect(await reindexed.json()).toEqual({ msg: "1 source sent to be indexed anew." });
  const deleted = await api.delete(`${base}/data-sources/`, { ...noRedirect, data: { ids: [id] } });
  expect(await deleted.json()).toEqual({ msg: "Deleted 1 source." });

  const stranger = await playwright.request.newContext();
  const refused = await stranger.post(`${base}/answer/`, { ...noRedirect, data: { question: "x" } });
  expect([refused.status(), Object.keys(await refused.json())]).toEqual([401, ["msg"]]);
  expect(refused.headers()["access-control-allow-origin"]).toBeUndefined();

  await page.goto(`${baseUrl()}/gurus/by-key/audit-logs`);
  const log = page.getByRole("table", { name: "Audit Logs" });
  for (const [operation, times] of [
    ["ASK_GURU", 4],
    ["SEARCH_GURU", 2],
    ["ADD_DATASOURCE", 1],
    ["REINDEX_DATASOURCE", 1],
    ["DELETE_DATASOURCE", 1],
  ] as const)
    await expect(log.getByText(operation, { exact: true })).toHaveCount(times);
});
