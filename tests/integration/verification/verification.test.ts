import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { verifyLogNow } from "@/lib/features/log-integrity/commands/verify-log";
import { runVerification } from "@/lib/features/log-integrity/verification/run-verification";
import {
  askDaily,
  beginRun,
  releaseRun,
  requeueSilentVerifications,
} from "@/lib/features/log-integrity/verification/runs";
import { latestVerifications } from "@/lib/features/log-integrity/verification-queries";
import { testRequest } from "../../support/product";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";

let log: SigningHarness;
let owner: UserPrincipal;
beforeAll(async () => {
  log = await signingHarness();
  owner = await log.product.person("owner@halden.example", "owner");
  await log.grow(40);
  await log.signed();
});
afterAll(() => log.close());

const signal = new AbortController().signal;
const ask = (principal: UserPrincipal = owner) =>
  verifyLogNow.execute({ principal, request: testRequest, input: {} });
const latest = async () => {
  const answer = await latestVerifications.execute({ principal: owner, request: testRequest, input: null });
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
};
const waiting = async (): Promise<string> => {
  const [row] = await log.admin`select id from audit_verification where state = 'waiting'`;
  return String(row?.id);
};
const jobs = async (): Promise<number> => {
  const [row] = await log.admin`select count(*)::int as n from pgboss.job where name = 'verify-log'`;
  return row?.n as number;
};
const troubles = async () =>
  (await log.admin`select kind, detail from audit_trouble`).map((row) => ({ ...row }));

describe("a verification on demand", () => {
  it("waits with its job, is one at a time, and records who asked when it is done", async () => {
    const before = await jobs();
    expect(await ask()).toMatchObject({ ok: true });
    expect(await jobs()).toBe(before + 1);
    expect(await ask()).toMatchObject({ ok: false, code: "busy" });
    expect((await latest())[0]).toMatchObject({ state: "waiting", askedBy: "owner@halden.example" });
    await runVerification({ verificationId: await waiting() }, signal);
    const [done] = await latest();
    expect(done).toMatchObject({
      state: "passed",
      events: 40,
      size: 40,
      checkpointSize: 40,
      progress: 100,
      findingCount: 0,
    });
    const [event, ...more] = await log.product.events("audit.verified");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "VERIFY_AUDIT_LOGS",
      outcome: "success",
      actor_type: "user",
      actor_id: owner.accountId,
      actor_email: "owner@halden.example",
      ip: testRequest.ip,
      details: { events: 40, size: 40, checkpointSize: 40, durationMs: done?.durationMs },
    });
    expect(await troubles()).toEqual([]);
  });

  it("delivered twice is done once", async () => {
    const [{ id } = { id: "" }] = await latest();
    await runVerification({ verificationId: id }, signal);
    expect(await log.product.events("audit.verified")).toHaveLength(1);
  });

  it("is not for members", async () => {
    const member = await log.product.person("member@halden.example");
    expect(await ask(member)).toMatchObject({ ok: false, code: "not_found" });
    expect(await log.product.events("audit.verification_failed")).toEqual([]);
  });
});

describe("a log that was tampered with", () => {
  it("is recorded as failed with the events that were named, and is an alarm until it verifies again", async () => {
    const [victim] =
      await log.admin`select id, target_label as label from audit_event order by seq offset 7 limit 1`;
    await log.asOwner(
      (tx) => tx`update audit_event set target_label = 'someone else' where id = ${victim?.id}`,
    );
    await ask();
    await runVerification({ verificationId: await waiting() }, signal);
    expect((await latest())[0]).toMatchObject({
      state: "failed",
      findingCount: 1,
      findings: [{ kind: "changed", index: 7, id: victim?.id }],
    });
    const [event] = await log.product.events("audit.verification_failed");
    expect(event).toMatchObject({
      operation: "VERIFY_AUDIT_LOGS_FAILED",
      outcome: "failure",
      details: { findings: 1, firstIds: [victim?.id] },
    });
    expect(await troubles()).toMatchObject([{ kind: "verification_failed" }]);

    await log.asOwner(
      (tx) => tx`update audit_event set target_label = ${victim?.label} where id = ${victim?.id}`,
    );
    await ask();
    await runVerification({ verificationId: await waiting() }, signal);
    expect((await latest())[0]).toMatchObject({ state: "passed" });
    expect(await troubles()).toEqual([]);
  });
});

describe("the daily verification", () => {
  it("is due once after 04:00 UTC, and System is its actor", async () => {
    expect(await askDaily()).toBe(false); // the log is younger than the last 04:00, or was verified since
    await log.admin`
      insert into audit_verification (org_id, state, created_at, finished_at)
      values (1, 'passed', now() - interval '25 hours', now() - interval '25 hours')`;
    expect(await askDaily()).toBe(true);
    expect(await askDaily()).toBe(false);
    await runVerification({ verificationId: await waiting() }, signal);
    const event = (await log.product.events("audit.verified")).at(-1);
    expect(event).toMatchObject({ actor_type: "system", actor_id: "system", ip: null, account_id: null });
    expect(await askDaily()).toBe(false);
  });
});

describe("a run that was broken off", () => {
  it("is queued again once it is silent for a minute, and done by the next", async () => {
    await ask();
    const id = await waiting();
    await log.admin`update audit_verification set state = 'running', attempts = 1, heartbeat_at = now() where id = ${id}`;
    expect(await requeueSilentVerifications()).toBe(0);
    await runVerification({ verificationId: id }, signal); // another run is alive: left alone
    expect((await latest())[0]).toMatchObject({ state: "running" });
    await log.admin`update audit_verification set heartbeat_at = now() - interval '2 minutes' where id = ${id}`;
    expect(await requeueSilentVerifications()).toBe(1);
    await runVerification({ verificationId: id }, signal);
    expect((await latest())[0]).toMatchObject({ id, state: "passed" });
  });

  it("waits with a job of its own when the worker stops, however often it does", async () => {
    await ask();
    const id = await waiting();
    for (let stops = 1; stops <= 5; stops += 1) {
      const before = await jobs();
      const run = await beginRun(id);
      if (!run) throw new Error("no run was begun");
      await releaseRun(run);
      expect(await waiting()).toBe(id);
      expect(await jobs()).toBe(before + 1);
    }
    await runVerification({ verificationId: id }, signal);
    expect((await latest())[0]).toMatchObject({ id, state: "passed" });
  });

  it("says why when the log cannot be verified at all", async () => {
    await log.admin`update audit_head set root = null`;
    await ask();
    await runVerification({ verificationId: await waiting() }, signal);
    expect((await latest())[0]).toMatchObject({
      state: "error",
      problem: expect.stringMatching(/still being hashed/),
    });
    expect(await log.product.events("audit.verification_failed")).toHaveLength(2);
  });
});
