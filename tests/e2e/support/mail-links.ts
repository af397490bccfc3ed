import { expect } from "@playwright/test";
import type { MailReceiver } from "../../integration/alarms/receivers";

/** The path of the link in the mail to an address, which is then taken out of the box. */
export async function linkTo(mail: MailReceiver, address: string, path: string): Promise<string> {
  const found = () => {
    const link = new RegExp(`${path}/[\\w-]{43}`);
    // Long lines may be folded anywhere; a token holds no "=".
    const unfolded = mail.mails
      .filter(({ to }) => to.includes(address))
      .map(({ raw }) => raw.replace(/=\r?\n/g, ""));
    return unfolded.flatMap((text) => link.exec(text)?.[0] ?? [])[0];
  };
  await expect.poll(found, { timeout: 20_000 }).toBeTruthy();
  const link = found();
  mail.mails.length = 0;
  return link ?? "";
}
