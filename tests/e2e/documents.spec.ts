import { expect, type Page, test } from "@playwright/test";
import { makeWord, makeWorkbook, packed, paragraphXml, wordParts } from "../support/documents/office";
import { makePdf } from "../support/documents/pdf";
import { baseUrl, createGuru, owner, signIn } from "./support/people";
import { pictures } from "./support/pictures";
import { watchProblems } from "./support/watch-problems";

const base = () => `${baseUrl()}/gurus/tariff-guide`;
const rowOf = (page: Page, name: RegExp) => page.getByRole("row", { name });
const files = {
  pdf: {
    name: "handbook.pdf",
    mimeType: "application/pdf",
    buffer: makePdf(
      Array.from({ length: 40 }, (_, n) => [
        `Chapter ${n + 1} of the handbook.`,
        `The lamp of quay ${n + 1} is lit.`,
      ]),
    ),
  },
  workbook: {
    name: "tariffs.xlsx",
    mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    buffer: makeWorkbook({
      Tariffs: [
        ["Region", "Tariff"],
        ["Nordland", 12.5],
      ],
    }),
  },
  word: {
    name: "letter.docx",
    mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    buffer: makeWord([{ text: "Opening hours", style: "Heading1" }, { text: "The office opens at nine." }]),
  },
};
/** Long enough that a person sees how far its indexing has come. */
const manual = {
  name: "manual.pdf",
  mimeType: "application/pdf",
  buffer: makePdf(
    Array.from({ length: 2_700 }, (_, n) =>
      Array.from({ length: 50 }, (_, line) => `Step ${line + 1} of chapter ${n + 1}: see to the lamp.`),
    ),
  ),
};

test("documents as sources: several at once, their progress, their places, a reason and a second try", async ({
  page,
}) => {
  test.setTimeout(180_000);
  const problems = watchProblems(page);
  await signIn(page, owner);
  await createGuru(page, "Tariff guide", "tariff-guide");
  await page.goto(`${base()}/data-sources`);
  await expect(page.getByText("There is no source yet")).toBeVisible();
  await pictures(page, "documents-none");

  await page.getByLabel("File", { exact: true }).setInputFiles(Object.values(files));
  await expect(page.getByLabel("Shown as")).toBeDisabled();
  await page.getByRole("button", { name: "Upload file" }).click();
  for (const { name } of Object.values(files))
    await expect(rowOf(page, new RegExp(name))).toContainText("Indexed", { timeout: 30_000 });
  await expect(rowOf(page, /handbook\.pdf/)).toContainText("40 passages");
  await expect(rowOf(page, /tariffs\.xlsx/)).toContainText("Excel");

  // How far a long one has come, without a reload.
  await page.getByLabel("File", { exact: true }).setInputFiles(manual);
  await page.getByRole("button", { name: "Upload file" }).click();
  const long = rowOf(page, /manual\.pdf/);
  await expect(long).toContainText(/[1-9]\d? %\s*page [\d,]+ of 2,700/, { timeout: 30_000 });
  await pictures(page, "documents-progress");
  await expect(long).toContainText("5,400 passages", { timeout: 60_000 });

  // A quote names the page it stands on, and leads to it.
  await page.goto(base());
  await page.getByLabel("Question").fill("Which lamp is lit on quay 27?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page
    .getByRole("region", { name: "Answer" })
    .getByRole("link", { name: "handbook.pdf" })
    .first()
    .click();
  await expect(page.getByRole("list", { name: "Passages" })).toContainText("page 27");

  // What cannot be read says why; another try is one click away, and fails for the same reason.
  await page.goto(`${base()}/data-sources`);
  const macros = { ...wordParts(paragraphXml({ text: "x" })), "word/vbaProject.bin": Buffer.from("macro") };
  await page
    .getByLabel("File", { exact: true })
    .setInputFiles({ ...files.word, name: "macros.docx", buffer: packed(macros) });
  await page.getByRole("button", { name: "Upload file" }).click();
  const failed = rowOf(page, /macros\.docx/);
  await expect(failed).toContainText("holds macros", { timeout: 20_000 });
  await failed.getByRole("button", { name: "Retry macros.docx" }).click();
  await expect(page.getByText("“macros.docx” will be indexed anew.")).toBeVisible();
  await expect(failed).toContainText("holds macros", { timeout: 20_000 });

  // Refused before it is a source: what is inside is not what the name says; the same content; the same name.
  await page.getByLabel("File", { exact: true }).setInputFiles([
    { name: "invoice.pdf", mimeType: "application/pdf", buffer: Buffer.from("#!/bin/sh\necho hello\n") },
    { ...files.word, name: "copy.docx" },
    { ...files.word, buffer: makeWord([{ text: "Another letter." }]) },
  ]);
  await page.getByRole("button", { name: "Upload file" }).click();
  const alert = page.getByRole("form", { name: "Upload" }).getByRole("alert");
  await expect(alert).toContainText("invoice.pdf: By its name this file is a PDF");
  await expect(alert).toContainText(
    "copy.docx: A source with exactly this content exists already: letter.docx",
  );
  await expect(alert).toContainText("letter.docx: A source called letter.docx exists already");
  await pictures(page, "documents-refused", alert);
  await pictures(page, "documents");

  // The list narrows by type, status and name, and says when nothing fits.
  const filter = page.getByRole("form", { name: "Filter the sources" });
  await filter.getByLabel("Status").selectOption("Failed");
  await filter.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/status=FAIL/);
  await expect(rowOf(page, /macros\.docx/)).toBeVisible();
  await expect(rowOf(page, /handbook\.pdf/)).toHaveCount(0);
  await filter.getByLabel("Type").selectOption("PDF");
  await filter.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("No source fits the filter")).toBeVisible();
  await pictures(page, "documents-no-match");
  await page.getByRole("link", { name: "Reset the filter" }).click();
  await expect(page).toHaveURL(`${base()}/data-sources`);
  await expect(rowOf(page, /letter\.docx/)).toBeVisible();
  await filter.getByLabel("Find by name").fill("TARIFF");
  await filter.getByRole("button", { name: "Apply" }).click();
  await expect(rowOf(page, /tariffs\.xlsx/)).toBeVisible();
  await expect(rowOf(page, /letter\.docx/)).toHaveCount(0);
  // The browser itself tells of the answer that refuses invoice.pdf.
  expect(problems().filter((problem) => !problem.includes("/uploads?"))).toEqual([]);
});

test("an upload that the server does not answer says so, and can be sent again", async ({ page }) => {
  await signIn(page, owner);
  await createGuru(page, "Quay guide", "quay-guide");
  const address = `${baseUrl()}/gurus/quay-guide/data-sources`;
  await page.goto(address);
  const form = page.getByRole("form", { name: "Upload" });
  const upload = form.getByRole("button", { name: "Upload file" });
  await page.route(address, (route) =>
    route.request().method() === "POST" ? route.abort() : route.fallback(),
  );
  await form.getByLabel("File", { exact: true }).setInputFiles(files.word);
  await upload.click();
  await expect(form.getByRole("alert")).toContainText("The server did not answer.");
  await expect(upload).not.toHaveAttribute("aria-disabled");
  await page.unroute(address);
  await upload.click();
  await expect(rowOf(page, /letter\.docx/)).toContainText("Indexed", { timeout: 30_000 });
});
