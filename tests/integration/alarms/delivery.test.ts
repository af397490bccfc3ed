import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backoffS, deliverDue } from "@/lib/audit/alarms/deliver";
import { raiseAlarms } from "@/lib/audit/alarms/raise";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import { type Sql, sql } from "@/lib/db/client";
import { audience } from "@/lib/jobs/alarm-work";
import { watchStandstills } from "@/tests/support/undisturbed";
import { createTestProduct, type TestProduct } from "../../support/product";
import { type HttpReceiver, type MailReceiver, startHttpReceiver, startMailReceiver } from "./receivers";

const secret = `whsec_${Buffer.from("thirty-two bytes of a test secret").toString("base64")}`;
let product: TestProduct;
let app: Sql;
let mail: MailReceiver;
let hook: HttpReceiver;

async function open(env: Record<string, string> = {}): Promise<void> {
  product = await createTestProduct({
    GURULOG_URL: "https://log.example.com",
    SMTP_URL: mail.url,
    GURULOG_ALARM_WEBHOOK_URL: hook.url,
    GURULOG_ALARM_WEBHOOK_SECRET: secret,
    ...env,
  });
  app = sql();
}

beforeEach(async () => {
  mail = await startMailReceiver();
  hook = await startHttpReceiver();
});
afterEach(async () => {
  await product.close();
  await mail.close();
  await hook.close();
});

const raise = () => raiseAlarms(app, audience());
const begin = async () => {
  await noteTrouble(app, "archive_unwritable", "EACCES on the folder.");
  await raise();
};
const end = async () => {
  await clearTrouble(app, "archive_unwritable");
  await raise();
};
/** What waits for its next try is due now. */
const makeDue = () => product.admin`update audit_alarm_message set due_at = now() where delivered_at is null`;
const messages = () =>
  app<
    {
      says: string;
      tries: number;
      sent: boolean;
      last_error: string | null;
      wait_s: number;
      given_up: boolean;
    }[]
  >`
    select says, tries, delivered_at is not null as sent, last_error, given_up_at is not null as given_up,
      round(extract(epoch from due_at - clock_timestamp()))::int as wait_s
    from audit_alarm_message order by id`;

describe("mail", () => {
  it("goes to the owner and the auditors, each one of their own, at the beginning and at the end, once", async () => {
    await open();
    await product.person("owner@halden.example", "owner");
    await product.person("auditor@halden.example", "auditor");
    await product.person("member@halden.example", "member");
    await begin();
    await raise();
    expect(await deliverDue(app, "mail")).toBe(2);
    expect(await deliverDue(app, "mail")).toBe(0);
    expect(mail.mails.map((m) => m.to).sort()).toEqual([
      ["auditor@halden.example"],
      ["owner@halden.example"],
    ]);
    const { from, raw } = mail.mails[0] ?? { from: "", raw: "" };
    expect(from).toBe("gurulog@log.example.com");
    expect(raw).toContain("Subject: Alarm: The archive of the audit log cannot be written");
    expect(raw).toContain("EACCES on the folder.");
    expect(raw).toContain("https://log.example.com/settings/log-integrity");
    expect(raw).toMatch(/Content-Type: text\/plain/);

    await end();
    await raise();
    expect(await deliverDue(app, "mail")).toBe(2);
    expect(mail.mails.slice(2).every((m) => m.raw.includes("Subject: Over: The archive"))).toBe(true);
    expect(mail.mails).toHaveLength(4);
  });

  it("goes to the addresses of the settings instead, where there are some", async () => {
    await open({
      GURULOG_ALARM_EMAILS: "ops@halden.example, soc@halden.example",
      GURULOG_MAIL_FROM: "log@halden.example",
    });
    await product.person("owner@halden.example", "owner");
    await begin();
    await deliverDue(app, "mail");
    expect(mail.mails.flatMap((m) => m.to).sort()).toEqual(["ops@halden.example", "soc@halden.example"]);
    expect(mail.mails[0]?.from).toBe("log@halden.example");
  });

  it("is tried again later with the same Message-ID when the server refuses it", async () => {
    await open({ GURULOG_ALARM_EMAILS: "ops@halden.example" });
    mail.refuseWith = { code: 451, text: "try later" };
    await begin();
    expect(await deliverDue(app, "mail")).toBe(0);
    expect(await messages()).toMatchObject([
      { says: "raised", tries: 0, sent: false },
      {
        says: "raised",
        tries: 1,
        sent: false,
        last_error: expect.stringContaining("try later"),
        wait_s: backoffS[0],
      },
    ]);
    mail.refuseWith = null;
    expect(await deliverDue(app, "mail")).toBe(0);
    await makeDue();
    expect(await deliverDue(app, "mail")).toBe(1);
    const [row] = await app<{ id: string }[]>`select id from audit_alarm_message where channel = 'mail'`;
    expect(mail.mails[0]?.raw).toContain(`Message-ID: <${row?.id}@log.example.com>`);
  });

  it("waits for a server that cannot be reached, and tells the beginning before the end", async () => {
    await open({ GURULOG_ALARM_EMAILS: "ops@halden.example", SMTP_URL: "smtp://127.0.0.1:1" });
    await begin();
    expect(await deliverDue(app, "mail")).toBe(0);
    await end();
    // The end is due, its beginning is not: neither is sent.
    expect(await deliverDue(app, "mail")).toBe(0);
    expect((await messages()).filter((m) => m.last_error?.includes("ECONNREFUSED"))).toHaveLength(1);
    Object.assign(product.runtime.env, { SMTP_URL: mail.url });
    await makeDue();
    expect(await deliverDue(app, "mail")).toBe(2);
    expect(mail.mails.map((m) => /Subject: (\w+)/.exec(m.raw)?.[1])).toEqual(["Alarm", "Over"]);
  });

  it("is not sent without a mail server, and the alarm stands all the same", async () => {
    await open({ SMTP_URL: "", GURULOG_ALARM_WEBHOOK_URL: "" });
    await product.person("owner@halden.example", "owner");
    await begin();
    expect(await messages()).toHaveLength(0);
    expect(await app`select 1 from audit_alarm`).toHaveLength(1);
  });
});

describe("the webhook", () => {
  it("is signed as Standard Webhooks says, and says what, since when and what to do", async () => {
    await open({ SMTP_URL: "" });
    await begin();
    expect(await deliverDue(app, "webhook")).toBe(1);
    const post = hook.posts[0];
    const body = new Webhook(secret).verify(post?.body ?? "", post?.headers as Record<string, string>);
    expect(body).toMatchObject({
      type: "alarm.raised",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        kind: "archive_unwritable",
        text: "EACCES on the folder.",
        clearedAt: null,
        url: "https://log.example.com/settings/log-integrity",
      },
    });
    expect(() =>
      new Webhook(secret).verify(`${post?.body} `, post?.headers as Record<string, string>),
    ).toThrow();
    await end();
    await deliverDue(app, "webhook");
    expect(JSON.parse(hook.posts[1]?.body ?? "")).toMatchObject({
      type: "alarm.cleared",
      data: { clearedAt: expect.any(String) },
    });
  });

  it("is tried again with growing pauses and the same id, until it is taken", async () => {
    await open({ SMTP_URL: "" });
    hook.answer = (response) => response.writeHead(500).end("out of order");
    await begin();
    for (let n = 0; n < backoffS.length + 1; n++) {
      expect(await deliverDue(app, "webhook")).toBe(0);
      const [message] = await messages();
      const expected = backoffS[Math.min(n, backoffS.length - 1)] ?? 0;
      expect(message).toMatchObject({ tries: n + 1, last_error: "the receiver answered 500" });
      expect(Math.abs((message?.wait_s ?? 0) - expected)).toBeLessThanOrEqual(1);
      await makeDue();
    }
    hook.answer = (response) => response.writeHead(200).end();
    expect(await deliverDue(app, "webhook")).toBe(1);
    expect(new Set(hook.posts.map((p) => p.headers["webhook-id"])).size).toBe(1);
    expect(hook.posts).toHaveLength(backoffS.length + 2);
  });

  it("follows no redirect", async () => {
    await open({ SMTP_URL: "" });
    hook.answer = (response) => response.writeHead(307, { location: hook.url }).end();
    await begin();
    await deliverDue(app, "webhook");
    expect(hook.posts).toHaveLength(1);
    expect(await messages()).toMatchObject([{ sent: false, last_error: "the receiver answered 307" }]);
  });

  it("is given up after three days", async () => {
    await open({ SMTP_URL: "" });
    hook.answer = (response) => response.writeHead(503).end();
    await begin();
    await product.admin`update audit_alarm_message set created_at = now() - interval '73 hours'`;
    await deliverDue(app, "webhook");
    await makeDue();
    await deliverDue(app, "webhook");
    expect(hook.posts).toHaveLength(1);
    expect(await messages()).toMatchObject([{ given_up: true }]);
  });

  it("that never answers holds up nothing: it is cut off after ten seconds, and mail goes out meanwhile", async () => {
    await open({ GURULOG_ALARM_EMAILS: "ops@halden.example" });
    hook.answer = () => {};
    await begin();
    const standstill = watchStandstills();
    const started = performance.now();
    const webhook = deliverDue(app, "webhook");
    expect(await deliverDue(app, "mail")).toBe(1);
    expect(await webhook).toBe(0);
    expect(performance.now() - started - standstill()).toBeLessThan(13_000);
    expect((await messages()).some((m) => m.last_error?.includes("timeout"))).toBe(true);
  });

  it("is sent by one of several processes, and again by another when the first dies with it in hand", async () => {
    await open({ SMTP_URL: "" });
    await begin();
    const delivered = await Promise.all([1, 2, 3, 4].map(() => deliverDue(app, "webhook")));
    expect(delivered.reduce((a, b) => a + b)).toBe(1);
    expect(hook.posts).toHaveLength(1);

    // What a death between the answer and our note leaves behind: taken, but not noted as delivered.
    await product.admin`update audit_alarm_message set delivered_at = null`;
    expect(await deliverDue(app, "webhook")).toBe(0);
    expect((await messages())[0]?.wait_s).toBeGreaterThan(30);
    await makeDue();
    expect(await deliverDue(app, "webhook")).toBe(1);
    expect(hook.posts[1]?.headers["webhook-id"]).toBe(hook.posts[0]?.headers["webhook-id"]);
  });
});
