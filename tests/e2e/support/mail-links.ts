import { expect } from "@playwright/test";
import type { MailReceiver } from "../../integration/alarms/receivers";

/** The path of the link in the mail to an address, which is then taken out of the box. */
export async function linkTo(mail: MailReceiver, address: string, path: string): Promise<string> {
  const found = () => {
    const raw = mail.mails.find((each) => each.to.includes(address) && each.raw.includes(path))?.raw;
    // Long lines may be folded; a token holds no "=".
    return raw?.replace(/=\r?\n/g, "").match(new RegExp(`${path}/[\\w-]{43}`))?.[0];
  };
  await expect.poll(found, { timeout: 20_000 }).toBeTruthy();
  const link = found();
  mail.mails.length = 0;
  return link ?? "";
}
