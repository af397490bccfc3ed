import { encode } from "next-auth/jwt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { db, type Tx } from "@/lib/db/client";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import type { UserPrincipal } from "./principal";
import {
  currentCookieName,
  endOtherSessions,
  endSession,
  principalOfCookie,
  renewSession,
  sessionCookieValue,
  startSession,
} from "./sessions";

let product: TestProduct;
let person: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct({ GURULOG_SESSION_IDLE_HOURS: "2", GURULOG_SESSION_ABSOLUTE_DAYS: "3" });
  person = await product.person("ada@halden.example");
});
afterAll(() => product.close());
afterEach(async () => {
  setRuntime(product.runtime);
  await product.admin`delete from session`;
});

const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => db().transaction(work);

async function signIn(): Promise<string> {
  return sessionCookieValue(await inTransaction((tx) => startSession(tx, person.accountId, testRequest)));
}
/** As if so much time had passed since the sessions began and were last used. */
async function age(lastSeen: string, began = lastSeen): Promise<void> {
  await product.admin`update session set last_seen_at = last_seen_at - ${lastSeen}::interval, expires_at = expires_at - ${began}::interval`;
}
const secret = () => product.runtime.keys.sessionSecret;

describe("a session", () => {
  it("is the person with their role, looked up anew", async () => {
    const cookie = await signIn();
    expect(await principalOfCookie(cookie)).toMatchObject({
      kind: "user",
      accountId: person.accountId,
      role: "member",
      email: person.email,
    });
    await product.admin`update membership set role = 'auditor' where account_id = ${person.accountId}`;
    expect(await principalOfCookie(cookie)).toMatchObject({ role: "auditor" });
    await product.admin`delete from membership where account_id = ${person.accountId}`;
    expect(await principalOfCookie(cookie)).toMatchObject({ role: null });
    await product.admin`insert into membership (org_id, account_id, role) values (1, ${person.accountId}, 'member')`;
  });

  it("ends when it was not used for the idle hours, however young", async () => {
    const cookie = await signIn();
    await age("1 hour 59 minutes", "0");
    expect(await principalOfCookie(cookie)).not.toBeNull();
    await age("2 hours 1 minute", "0");
    expect(await principalOfCookie(cookie)).toBeNull();
  });

  it("ends after its absolute days, however busy", async () => {
    const cookie = await signIn();
    await age("0", "2 days 23 hours");
    expect(await principalOfCookie(cookie)).not.toBeNull();
    await age("0", "2 hours");
    expect(await principalOfCookie(cookie)).toBeNull();
  });

  it("keeps its last use at a minute's grain", async () => {
    const cookie = await signIn();
    const lastSeen = async () =>
      (
        await product.admin`select last_seen_at::text as at, last_seen_at > now() - interval '30 seconds' as fresh from session`
      )[0];
    await age("50 seconds", "0");
    const before = await lastSeen();
    await principalOfCookie(cookie);
    expect(await lastSeen()).toEqual(before);
    await age("20 seconds", "0");
    await principalOfCookie(cookie);
    expect(await lastSeen()).toMatchObject({ fresh: true });
  });

  it("is dead at once when it is ended, and stays so", async () => {
    const [one, two] = [await signIn(), await signIn()];
    const principal = await principalOfCookie(one);
    expect(await inTransaction((tx) => endSession(tx, principal?.sessionHash ?? ""))).toBe(true);
    expect(await inTransaction((tx) => endSession(tx, principal?.sessionHash ?? ""))).toBe(false);
    expect(await principalOfCookie(one)).toBeNull();
    expect(await principalOfCookie(two)).not.toBeNull();
  });

  it("under another id goes on, and every copy of the old cookie is dead", async () => {
    const cookie = await signIn();
    const hash = (await principalOfCookie(cookie))?.sessionHash ?? "";
    const sid = await inTransaction((tx) => renewSession(tx, hash));
    expect(await principalOfCookie(cookie)).toBeNull();
    expect(await principalOfCookie(await sessionCookieValue(sid ?? ""))).not.toBeNull();
    expect(await inTransaction((tx) => renewSession(tx, hash))).toBeNull();
  });

  it("is ended with all others of the account but one, and nobody else's", async () => {
    const cookies = [await signIn(), await signIn(), await signIn()];
    const other = await product.person("other@halden.example");
    const others = await sessionCookieValue(
      await inTransaction((tx) => startSession(tx, other.accountId, testRequest)),
    );
    const keep = (await principalOfCookie(cookies[0]))?.sessionHash ?? "";
    expect(await inTransaction((tx) => endOtherSessions(tx, person.accountId, keep))).toBe(2);
    const alive = await Promise.all([...cookies, others].map(principalOfCookie));
    expect(alive.map((principal) => principal !== null)).toEqual([true, false, false, true]);
  });

  it("goes with its account", async () => {
    const gone = await product.person("gone@halden.example");
    const cookie = await sessionCookieValue(
      await inTransaction((tx) => startSession(tx, gone.accountId, testRequest)),
    );
    await product.admin`delete from account where id = ${gone.accountId}`;
    expect(await principalOfCookie(cookie)).toBeNull();
  });
});

describe("a cookie", () => {
  it("does not hold the id in the clear, and the table only its digest", async () => {
    const sid = await inTransaction((tx) => startSession(tx, person.accountId, testRequest));
    expect(await sessionCookieValue(sid)).not.toContain(sid);
    const [row] = await product.admin`select s::text as text from session s`;
    expect(row?.text).not.toContain(sid);
  });

  it("changed in any part is nobody's", async () => {
    const cookie = await signIn();
    const step = Math.max(1, Math.floor(cookie.length / 40));
    for (let at = 0; at < cookie.length - 1; at += step) {
      const changed = `${cookie.slice(0, at)}${cookie[at] === "A" ? "B" : "A"}${cookie.slice(at + 1)}`;
      expect(await principalOfCookie(changed), `changed at ${at}`).toBeNull();
    }
    expect(await principalOfCookie(cookie)).not.toBeNull();
  });

  it.each([
    undefined,
    "",
    ".",
    "a.b.c.d.e",
    "\0",
    "\ud800",
    "null",
    "{}",
    "x".repeat(4_096),
    "x".repeat(1_000_000),
  ])("of garbage is nobody's: %#", async (cookie) => {
    expect(await principalOfCookie(cookie)).toBeNull();
  });

  it("of ours for another purpose, by another secret, out of date or without an id is nobody's", async () => {
    const cookie = await signIn();
    expect(await principalOfCookie(cookie)).not.toBeNull();
    const sid = await inTransaction((tx) => startSession(tx, person.accountId, testRequest));
    const salt = currentCookieName();
    const make = (options: object) => encode({ token: { sid }, secret: secret(), salt, ...options });
    const bad = [
      { salt: "other" },
      { secret: "x".repeat(64) },
      { maxAge: -100 },
      { token: {} },
      { token: { sid: [sid] } },
      { token: { sub: person.accountId, role: "owner" } },
    ];
    for (const options of bad)
      expect(await principalOfCookie(await make(options)), JSON.stringify(options)).toBeNull();
    expect(await principalOfCookie(await make({}))).not.toBeNull();
  });

  it("is named by the scheme of the product's address, and one of http is nobody's over https", async () => {
    expect(currentCookieName()).toBe("gurulog.session");
    const cookie = await signIn();
    setRuntime({ ...product.runtime, baseUrl: "https://log.halden.example" });
    expect(currentCookieName()).toBe("__Secure-gurulog.session");
    expect(await principalOfCookie(cookie)).toBeNull();
    expect(await principalOfCookie(await signIn())).not.toBeNull();
  });
});
