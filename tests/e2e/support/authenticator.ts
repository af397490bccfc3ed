import { expect, type Page } from "@playwright/test";
import { Secret, TOTP } from "otpauth";
import { axe } from "./axe";

const periodS = 30;

/**
 * An authenticator app on a telephone whose clock is a little ahead: each code serves once, and a test does not wait for the
 * next half minute. The product takes the code of the step after the present one.
 */
export class Authenticator {
  private readonly generator: TOTP;
  private lastStep = 0;

  /** @param text the secret as the page shows it, to be typed in */
  constructor(text: string) {
    this.generator = new TOTP({ secret: Secret.fromBase32(text.replaceAll(" ", "")), period: periodS });
  }

  /** A code that was not given before. Two within half a minute; a third would be too far ahead. */
  code(): string {
    const present = Math.floor(Date.now() / 1_000 / periodS);
    this.lastStep = Math.max(present, this.lastStep + 1);
    return this.generator.generate({ timestamp: this.lastStep * periodS * 1_000 });
  }
}

/** Sets two-factor sign-in up on the page that is open: the security page, or the one that asks for it first. */
export async function setUpFactor(
  page: Page,
  password: string,
): Promise<{ app: Authenticator; recoveryCodes: string[] }> {
  const start = page.getByRole("form", { name: "Set up two-factor sign-in" });
  await start.getByLabel("Current password").fill(password);
  await start.getByRole("button", { name: "Set up two-factor sign-in" }).click();
  const confirm = page.getByRole("form", { name: "Confirm two-factor sign-in" });
  await expect(confirm.getByRole("img", { name: /QR code/ })).toBeVisible();
  expect((await axe(page)).violations).toEqual([]);
  const app = new Authenticator(await confirm.locator("p.select-all").innerText());
  await confirm.getByLabel("Code").fill(app.code());
  await confirm.getByLabel("Current password").fill(password);
  await confirm.getByRole("button", { name: "Switch on" }).click();
  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  return { app, recoveryCodes: await codes.allInnerTexts() };
}
