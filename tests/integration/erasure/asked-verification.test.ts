import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { verifyLogNow } from "@/lib/features/log-integrity/commands/verify-log";
import { runVerification } from "@/lib/features/log-integrity/verification/run-verification";
import { latestVerifications } from "@/lib/features/log-integrity/verification-queries";
import { testRequest } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";
import { placesOf } from "./whole-database";

const email = "auditor.kestrel@halden.example";
const from = { ...testRequest, ip: "198.51.100.78", userAgent: "Auditbrowser/7.32" };

let log: SigningHarness;
let owner: UserPrincipal;
beforeAll(async () => {
  log = await signingHarness();
  owner = await log.product.person("owner@halden.example", "owner");
  await log.grow(3);
  await log.signed();
});
afterAll(() => log.close());

async function ask(principal: UserPrincipal): Promise<string> {
  done(await verifyLogNow.execute({ principal, request: from, input: {} }));
  const [row] = await log.admin`select id from audit_verification where state = 'waiting'`;
  return String(row?.id);
}

const run = (verificationId: string) => runVerification({ verificationId }, new AbortController().signal);

it("of the verifications that the person asked for nothing names them, and the one that waits is done as System", async () => {
  const auditor = await log.product.person(email, "auditor");
  await run(await ask(auditor));
  const waiting = await ask(auditor);
  for (const text of [email, from.ip, from.userAgent])
    expect(await placesOf(log.admin, text)).toContain("audit_verification.asked_by");

  done(
    await erasePerson.execute({
      principal: owner,
      request: testRequest,
      input: { accountId: auditor.accountId, confirmation: email },
    }),
  );
  for (const text of [email, from.ip, from.userAgent]) expect(await placesOf(log.admin, text)).toEqual([]);

  await run(waiting);
  const latest = done(
    await latestVerifications.execute({ principal: owner, request: testRequest, input: null }),
  );
  expect(latest.map(({ state, askedBy }) => ({ state, askedBy }))).toEqual([
    { state: "passed", askedBy: null },
    { state: "passed", askedBy: `Erased person ${auditor.accountId.slice(-6)}` },
  ]);
  expect((await log.product.events("audit.verified")).map((event) => event.actor_type)).toEqual([
    "user",
    "system",
  ]);
});
