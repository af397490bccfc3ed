import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type MailReceiver, startMailReceiver } from "@/tests/integration/alarms/receivers";
import { watchStandstills } from "@/tests/support/undisturbed";
import { parseEnv } from "./env";
import { sendMail } from "./mail";
import { type Runtime, setRuntime } from "./runtime";

let mail: MailReceiver;
const use = (url: string) =>
  setRuntime({ env: parseEnv({ SMTP_URL: url }), baseUrl: "https://log.example.com" } as Runtime);

beforeEach(async () => {
  mail = await startMailReceiver();
  use(mail.url);
});
afterEach(() => mail.close());

/** The lines before the first empty one, folded ones joined. */
const headersOf = (raw: string) => (raw.split("\r\n\r\n")[0] ?? "").replace(/\r\n[ \t]+/g, " ").split("\r\n");

describe("a mail", () => {
  it("carries its text and nothing that a subject tries to add", async () => {
    await sendMail({
      to: "ops@halden.example",
      subject: "Full\r\nBcc: spy@evil.example\n\nHello\u2028X-Evil: 1\0",
      text: "Line one\nBcc: in the text is text\n",
      id: "an-id",
    });
    const headers = headersOf(mail.mails[0]?.raw ?? "");
    const names = headers.map((h) => h.split(":")[0]?.toLowerCase());
    expect(names).not.toContain("bcc");
    expect(names).not.toContain("x-evil");
    expect(headers).toContain("Subject: Full Bcc: spy@evil.example Hello X-Evil: 1");
    expect(headers).toContain("Message-ID: <an-id@log.example.com>");
    expect(headers).toContain("Auto-Submitted: auto-generated");
    expect(mail.mails[0]?.to).toEqual(["ops@halden.example"]);
  });

  it.each([
    "a@b.example, c@d.example",
    "a@b.example\r\nBcc: c@d.example",
    "a@b.example> RCPT TO:<c@d.example",
    "Name <a@b.example>",
    "group: a@b.example;",
    "",
    "a@b.example\0",
  ])("to %j is sent to nobody", async (to) => {
    await expect(sendMail({ to, subject: "s", text: "t" })).rejects.toThrow(/address/);
    expect(mail.mails).toEqual([]);
  });

  it("in another script arrives readable", async () => {
    await sendMail({
      to: "ops@halden.example",
      subject: "Verið varkár – 注意",
      text: "Þetta er próf: 注意\n",
    });
    const raw = mail.mails[0]?.raw ?? "";
    const body = raw.slice(raw.indexOf("\r\n\r\n") + 4);
    const encoding = /content-transfer-encoding: (\S+)/i.exec(raw)?.[1];
    const text =
      encoding === "base64"
        ? Buffer.from(body, "base64").toString()
        : decodeURIComponent(body.replace(/=\r\n/g, "").replaceAll("%", "%25").replaceAll("=", "%"));
    expect(text.trim()).toBe("Þetta er próf: 注意");
  });

  it("is given up when the server takes the connection and says nothing", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    use(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const standstill = watchStandstills();
    const started = performance.now();
    await expect(sendMail({ to: "a@b.example", subject: "s", text: "t" })).rejects.toThrow(/timeout/i);
    expect(performance.now() - started - standstill()).toBeLessThan(13_000);
    await new Promise<void>((resolve) => silent.close(() => resolve()));
  });

  it("that the server refuses is an error that says why", async () => {
    mail.refuseWith = { code: 554, text: "not here" };
    await expect(sendMail({ to: "a@b.example", subject: "s", text: "t" })).rejects.toThrow(/not here/);
  });
});
