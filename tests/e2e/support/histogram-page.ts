import { expect, type Locator, type Page } from "@playwright/test";

/** The chart of the audit page, as people and assistive technology meet it. */
export const types = ["access", "created", "updated", "deleted"] as const;
export type Counts = Record<string, number>;

export const chart = (page: Page) => page.getByRole("region", { name: "Activity per day" });
export const total = async (page: Page) =>
  Number((await page.getByTestId("audit-total").innerText()).replace(/\D/g, ""));
export const ids = (page: Page) =>
  page
    .locator("tr[data-event-id]")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-event-id")));
export const slider = (page: Page, end: "start" | "end") =>
  page.getByRole("slider", { name: `Range ${end}` });
export const pending = (page: Page) => page.getByText("not applied yet", { exact: true });

/** What the chart's table says: day → type → number. */
export async function tableOf(page: Page): Promise<Record<string, Counts>> {
  await page.getByRole("button", { name: "Show as table" }).click();
  const table = page.getByRole("table", { name: "Events per day" });
  await expect(table.getByRole("columnheader")).toHaveText([
    "Day (UTC)",
    "Access",
    "Created",
    "Updated",
    "Deleted",
    "All",
  ]);
  const rows = await table.locator("tbody tr").evaluateAll((all) =>
    all.map((row) => ({
      day: row.getAttribute("data-day") ?? "",
      numbers: [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent?.replaceAll(",", ""))),
    })),
  );
  await page.keyboard.press("Escape");
  await expect(table).toBeHidden();
  return Object.fromEntries(
    rows.map(({ day, numbers }) => {
      const counts = Object.fromEntries(types.map((type, i) => [type, numbers[i] ?? Number.NaN]));
      expect(numbers[4]).toBe(types.reduce((sum, type) => sum + (counts[type] ?? 0), 0));
      return [day, counts];
    }),
  );
}

/** The same of the bars as they are drawn: they stream in after the page, and may show after its load. */
export async function barsOf(page: Page): Promise<Counts> {
  const bars = chart(page).locator("g[data-day]");
  await bars.first().waitFor({ state: "attached" });
  return bars.evaluateAll((all) =>
    Object.fromEntries(
      all.map((g) => [g.getAttribute("data-day") ?? "", Number(g.getAttribute("data-count"))]),
    ),
  );
}

/** What the HTTP API holds, counted here. */
export async function apiCounts(page: Page, query = ""): Promise<Record<string, Counts>> {
  const events = await page.evaluate(async (path) => {
    const answer = await fetch(path, { headers: { "x-org-domain": "~" } });
    return (await answer.json()) as { timestamp: string; actionType: string }[];
  }, `/api/ee/audit?view=full${query}`);
  expect(Array.isArray(events)).toBe(true);
  const days: Record<string, Counts> = {};
  for (const { timestamp, actionType } of events) {
    const day = timestamp.slice(0, 10);
    days[day] ??= Object.fromEntries(types.map((type) => [type, 0]));
    (days[day] as Counts)[actionType] = ((days[day] as Counts)[actionType] ?? 0) + 1;
  }
  return days;
}

export const sumOf = (counts: Counts) => Object.values(counts).reduce((sum, n) => sum + n, 0);
export const notEmpty = (days: Record<string, Counts>) =>
  Object.fromEntries(Object.entries(days).filter(([, counts]) => sumOf(counts) > 0));

/** The middle of a day's bar. */
export async function placeOf(page: Page, day: string): Promise<{ x: number; y: number }> {
  const box = await chart(page).locator(`g[data-day="${day}"] .room`).boundingBox();
  if (!box) throw new Error(`no bar for ${day}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export async function drag(
  page: Page,
  from: { x: number; y: number },
  to: { x: number; y: number },
): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, to.y, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 3 });
  await page.mouse.up();
}

export const middleOf = async (of: Locator) => {
  const box = await of.locator(".grip").boundingBox();
  if (!box) throw new Error("no handle");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};
