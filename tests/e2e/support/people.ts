import { expect, type Page } from "@playwright/test";

export const owner = {
  name: "Ingrid Berg",
  email: "i.berg@halden.example",
  password: "correct horse battery staple",
};
export const solberg = {
  name: "Marit Solberg",
  email: "m.solberg@halden.example",
  password: "a quiet fjord in winter",
};
export const okafor = {
  name: "David Okafor",
  email: "d.okafor@halden.example",
  password: "seven lamps on the quay",
};

export type Person = typeof owner;

export const baseUrl = (): string => process.env.E2E_URL ?? "";

export async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto(`${baseUrl()}/sign-in`);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/gurus/);
}

/** The first visitor becomes the owner. */
export async function onboard(page: Page): Promise<void> {
  await page.goto(`${baseUrl()}/onboarding?token=${process.env.E2E_SETUP_TOKEN ?? ""}`);
  await page.getByLabel("Organization name").fill("Halden Works");
  await page.getByLabel("Name", { exact: true }).fill(owner.name);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByLabel(/may join without approval/).check();
  await page.getByRole("button", { name: /Create/ }).click();
  await expect(page).toHaveURL(/\/gurus/);
}

export async function register(page: Page, person: Person): Promise<void> {
  await page.goto(`${baseUrl()}/register`);
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/gurus/);
}

export async function createGuru(page: Page, name: string, slug: string): Promise<void> {
  await page.goto(`${baseUrl()}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Slug").fill(slug);
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(new RegExp(`/gurus/${slug}`));
}
