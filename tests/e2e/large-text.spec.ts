import { expect, test } from "@playwright/test";
import { baseUrl, createGuru, owner, signIn } from "./support/people";
import { visitor } from "./support/visitor";

const atMost = "at most 1 MB can be typed in. Upload it as a file below.";

test("a text too large for the form is never sent and stays in its field; sent all the same it is a clear 413", async ({
  page,
}) => {
  await signIn(page, owner);
  await createGuru(page, "Large texts", "large-texts");
  await page.goto(`${baseUrl()}/gurus/large-texts/data-sources`);
  const form = page.getByRole("form", { name: "Add a text" });
  let posts = 0;
  page.on("request", (request) => {
    if (request.method() === "POST") posts += 1;
  });
  await form.getByLabel("Title").fill("A long one");
  await form.getByLabel("Content").fill("a".repeat(1_060_000));
  await expect(form.getByText(atMost)).toBeVisible();
  await form.getByRole("button", { name: "Add data source" }).click();
  await expect(form.getByLabel("Content")).toBeFocused();
  expect(posts).toBe(0);
  expect(await form.getByLabel("Content").inputValue()).toHaveLength(1_060_000);

  await form.getByLabel("Content").fill("A short one after all.");
  await expect(form.getByText(atMost)).toBeHidden();
  await form.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("link", { name: "A long one" })).toBeVisible();
  expect(posts).toBeGreaterThan(0);

  const plain = visitor({ address: baseUrl() });
  for (const { name, value } of await page.context().cookies()) plain.cookies.set(name, value);
  const send = (bytes: number) =>
    plain.submit("/gurus/large-texts/data-sources", "Add a text", {
      title: "Plain",
      content: "b".repeat(bytes),
    });
  // Just too large for the field, for the form, and for any form.
  for (const [bytes, status, says] of [
    [1_000_001, 200, "The content has at most 1 MB. Upload longer texts as a file."],
    [1_060_000, 200, "The content has at most 1 MB. Upload longer texts as a file."],
    [1_120_000, 413, "Send less at a time."],
  ] as const) {
    const answer = await send(bytes);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(says);
  }
});
