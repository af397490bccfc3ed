import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { changeEmail } from "@/lib/features/accounts/commands/change-email";
import { startFactor } from "@/lib/features/two-factor/commands/start-factor";
import {
  fromElsewhere,
  personWithPassword,
  rightPassword,
} from "@/tests/integration/accounts/accounts-for-tests";
import type { MailReceiver } from "@/tests/integration/alarms/receivers";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { arriving, setMailServer, startMail } from "./mail-for-tests";

let product: TestProduct;
let mail: MailReceiver;
beforeAll(async () => {
  product = await createTestProduct();
  mail = await startMail(product);
});
beforeEach(() => setMailServer(product, mail.url));
afterAll(async () => {
  await mail.close();
  await product.close();
});

const change = (principal: UserPrincipal, email: string) =>
  changeEmail.execute({
    principal,
    request: fromElsewhere(),
    input: { email, currentPassword: rightPassword },
  });

it("three mails a day to one address, however many accounts ask for it and however they write it", async () => {
  const email = `somebody-${randomUUID()}@halden.example`;
  const answers = [];
  for (const written of [email, email.toUpperCase(), email, email, email.toUpperCase()])
    answers.push(await change(await personWithPassword(product), written));
  expect(answers.map((a) => (a.ok ? "ok" : a.code))).toEqual(["ok", "ok", "ok", "throttled", "throttled"]);
  expect(await arriving(mail)).toHaveLength(3);
  expect((await change(await personWithPassword(product), `other-${email}`)).ok).toBe(true);
  await arriving(mail);
});

it("without mail whoever asks for taken addresses is slowed, and no right password clears that", async () => {
  setMailServer(product, null);
  const person = await personWithPassword(product);
  const others = await Promise.all(Array.from({ length: 6 }, () => personWithPassword(product)));
  for (const { email } of others) {
    expect(await change(person, email)).toMatchObject({ ok: false, code: "exists" });
    const begun = await startFactor.execute({
      principal: person,
      request: fromElsewhere(),
      input: { currentPassword: rightPassword },
    });
    expect(begun.ok).toBe(true);
  }
  await product.admin`
    update sign_in_delay set blocked_until = now() + interval '60 seconds'
    where key = ${`taken ${person.accountId}`} and blocked_until is not null`;
  expect(await change(person, `free-${randomUUID()}@halden.example`)).toMatchObject({
    ok: false,
    code: "throttled",
  });
});
