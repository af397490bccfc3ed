import { expect, type Page } from "@playwright/test";
import { pressFor } from "./press-for";

/** Pages to look at, as the owner: how to get there, and what to do before looking. */
export const places: { name: string; path: string; act?: (page: Page) => Promise<void>; phone?: true }[] = [
  { name: "the gurus", path: "/gurus" },
  { name: "a new guru", path: "/gurus/new" },
  { name: "a guru", path: "/gurus/platform-docs" },
  { name: "its sources", path: "/gurus/platform-docs/data-sources" },
  { name: "its sources on a phone", path: "/gurus/platform-docs/data-sources", phone: true },
  {
    name: "no source that fits",
    path: "/gurus/platform-docs/data-sources?kind=PDF&status=FAIL&search=nothing",
  },
  {
    name: "addresses refused",
    path: "/gurus/platform-docs/data-sources",
    act: async (page) => {
      await page.getByLabel("Addresses").fill("ftp://docs.example.com/");
      await page.getByRole("button", { name: "Add pages" }).click();
      await expect(page.getByText("Only addresses that begin with https://")).toBeVisible();
    },
  },
  { name: "its Excel jobs", path: "/gurus/platform-docs/excel-jobs" },
  { name: "its Excel jobs on a phone", path: "/gurus/platform-docs/excel-jobs", phone: true },
  { name: "its widgets", path: "/gurus/platform-docs/widgets" },
  { name: "its widgets on a phone", path: "/gurus/platform-docs/widgets", phone: true },
  {
    name: "a domain refused",
    path: "/gurus/platform-docs/widgets",
    act: async (page) => {
      await page.getByLabel("Domain").fill("https://*.com");
      await page.getByRole("button", { name: "Add widget" }).click();
      await expect(page.getByText("A star must not stand for the end")).toBeVisible();
    },
  },
  { name: "its integrations", path: "/gurus/platform-docs/integrations" },
  { name: "its integrations on a phone", path: "/gurus/platform-docs/integrations", phone: true },
  { name: "an integration", path: "/gurus/platform-docs/integrations/slack" },
  { name: "an integration on a phone", path: "/gurus/platform-docs/integrations/slack", phone: true },
  { name: "a service to connect", path: "/gurus/platform-docs/integrations/github" },
  { name: "its backfill jobs", path: "/gurus/platform-docs/backfill-jobs" },
  { name: "its backfill jobs on a phone", path: "/gurus/platform-docs/backfill-jobs", phone: true },
  { name: "its secrets", path: "/gurus/platform-docs/secrets" },
  { name: "its secrets on a phone", path: "/gurus/platform-docs/secrets", phone: true },
  { name: "its analytics", path: "/gurus/platform-docs/analytics" },
  { name: "its analytics on a phone", path: "/gurus/platform-docs/analytics", phone: true },
  { name: "its most referenced sources", path: "/gurus/platform-docs/analytics?table=sources" },
  {
    name: "analytics of a range without questions",
    path: "/gurus/platform-docs/analytics?interval=custom&from=2020-01-01&to=2020-01-31",
  },
  { name: "its team", path: "/gurus/platform-docs/team" },
  { name: "its settings", path: "/gurus/platform-docs/settings" },
  { name: "its log", path: "/gurus/platform-docs/audit-logs" },
  { name: "the code search", path: "/search" },
  { name: "the code search on a phone", path: "/search", phone: true },
  {
    name: "a query that cannot be read",
    path: "/search?query=gate%20(a",
    act: (page) => expect(page.getByText("Position 6:")).toBeVisible(),
  },
  {
    name: "completions of a query",
    path: "/search",
    act: async (page) => {
      await page.getByRole("combobox", { name: "Search code" }).pressSequentially("la");
      await page.keyboard.press("ArrowDown");
    },
  },
  {
    name: "the syntax of queries",
    path: "/search",
    act: (page) => page.getByRole("button", { name: "Query syntax" }).click(),
  },
  { name: "a repository that there is not", path: "/browse/none/-/blob/a" },
  { name: "the API keys", path: "/settings/api-keys" },
  { name: "the users", path: "/settings/users" },
  { name: "who has which guru", path: "/settings/users/gurus" },
  { name: "the people of a guru", path: "/settings/users/gurus/platform-docs" },
  {
    name: "one user",
    path: "/settings/users",
    act: async (page) => {
      await page
        .getByRole("link", { name: /^Manage/ })
        .last()
        .click();
      await expect(page.getByRole("button", { name: "Delete user" })).toBeVisible();
    },
  },
  { name: "the users on a phone", path: "/settings/users", phone: true },
  { name: "who has which guru, on a phone", path: "/settings/users/gurus", phone: true },
  { name: "the members", path: "/settings/members" },
  { name: "the members on a phone", path: "/settings/members", phone: true },
  { name: "requests to join", path: "/settings/members?tab=requests" },
  { name: "invites", path: "/settings/members?tab=invites" },
  {
    name: "an invite refused",
    path: "/settings/members?tab=invites",
    act: async (page) => {
      await page.getByLabel("E-mail addresses").fill("not-an-address");
      await page.getByRole("button", { name: "Invite", exact: true }).click();
      await expect(page.getByText("is not an e-mail address")).toBeVisible();
    },
  },
  {
    name: "removing a member",
    path: "/settings/members",
    act: (page) =>
      page
        .getByRole("button", { name: /^Remove / })
        .first()
        .click(),
  },
  { name: "the organization", path: "/settings/organization" },
  { name: "the organization on a phone", path: "/settings/organization", phone: true },
  {
    name: "giving the organization away",
    path: "/settings/organization",
    act: (page) => page.getByRole("button", { name: "Transfer ownership" }).click(),
  },
  { name: "the security page", path: "/settings/security" },
  { name: "the security page on a phone", path: "/settings/security", phone: true },
  { name: "setting up a second step", path: "/two-factor" },
  { name: "another password", path: "/change-password" },
  { name: "an invite that there is not", path: "/invite/none" },
  { name: "an invite link that does not work", path: "/join/none" },
  { name: "the erasure of a person", path: "/settings/erasure?q=halden" },
  { name: "the profile", path: "/settings/profile" },
  { name: "the profile on a phone", path: "/settings/profile", phone: true },
  { name: "one's own activity", path: "/settings/activity" },
  { name: "one's own activity on a phone", path: "/settings/activity", phone: true },
  {
    name: "one's own event",
    path: "/settings/activity",
    act: async (page) => {
      await page.getByRole("button", { name: "Details" }).first().click();
      await expect(page.getByRole("heading", { name: "Raw JSON" })).toBeVisible();
    },
  },
  { name: "no activity in a range", path: "/settings/activity?until=2001-01-01T00:00:00.000Z" },
  { name: "a link that leads nowhere", path: "/confirm-email/none" },
  { name: "nothing", path: "/no-such-page" },
  { name: "the whole log", path: "/settings/audit-logs" },
  { name: "no match", path: "/settings/audit-logs?q=nothing-has-this-name" },
  {
    name: "a filter",
    path: "/settings/audit-logs",
    act: async (page) => {
      await page.getByRole("button", { name: "User", exact: true }).click();
      await page.getByRole("option").first().click();
    },
  },
  {
    name: "the time range",
    path: "/settings/audit-logs",
    act: (page) => page.getByRole("button", { name: /^Date range/ }).click(),
  },
  {
    name: "a day chosen in the chart",
    path: "/settings/audit-logs",
    act: async (page) => {
      await page.getByRole("slider", { name: "Range start" }).press("End");
      await expect(page.getByText("not applied yet", { exact: true })).toBeVisible();
    },
  },
  {
    name: "the chart as a table",
    path: "/settings/audit-logs",
    act: (page) => page.getByRole("button", { name: "Show as table" }).click(),
  },
  {
    name: "go to a date",
    path: "/settings/audit-logs",
    act: (page) => pressFor(page, "g", page.getByRole("dialog")),
  },
  {
    name: "the details",
    path: "/settings/audit-logs?operation=CREATE_GURU",
    act: async (page) => {
      await page.getByRole("button", { name: "Details" }).first().click();
      await expect(page.getByRole("heading", { name: "Raw JSON" })).toBeVisible();
    },
  },
  {
    name: "the export menu",
    path: "/settings/audit-logs",
    act: (page) => page.getByRole("button", { name: "Export" }).click(),
  },
  {
    name: "the views",
    path: "/settings/audit-logs?outcome=success",
    act: (page) => page.getByRole("button", { name: "Views", exact: true }).click(),
  },
  {
    name: "saving a view",
    path: "/settings/audit-logs?outcome=success",
    act: async (page) => {
      await page.getByRole("button", { name: "Views", exact: true }).click();
      await page.getByRole("button", { name: "Save this filter…" }).click();
    },
  },
  { name: "the shortcuts", path: "/gurus", act: (page) => pressFor(page, "?", page.getByRole("dialog")) },
  { name: "go to", path: "/gurus", act: (page) => pressFor(page, "Control+k", page.getByRole("dialog")) },
  { name: "the log on a phone", path: "/settings/audit-logs", phone: true },
  {
    name: "the filters on a phone",
    path: "/settings/audit-logs",
    phone: true,
    act: (page) => page.getByRole("button", { name: "Filters" }).click(),
  },
];
