import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { closePools } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { guruOf } from "../gurus/guru-for-tests";
import { actOnGuru, actWithTwin, doIt, stands } from "./acts-for-tests";
import { type MessageProxy, messageProxy } from "./message-proxy";

let product: TestProduct;
let proxy: MessageProxy;
let member: UserPrincipal;
let stranger: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("member@halden.example");
  stranger = await product.person("stranger@halden.example");
  guru = await guruOf(member);
  proxy = await messageProxy(product.database.urls.app);
});
afterAll(async () => {
  await proxy.close();
  await product.close();
});

beforeEach(() => throughProxy(true));
afterEach(() => throughProxy(true));

function throughProxy(logging: boolean): void {
  const { runtime } = product;
  const env = { ...runtime.env, SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: logging };
  setRuntime({ ...runtime, env, urls: { ...runtime.urls, app: proxy.url } });
}

const isCommit = /^commit$/i;
const eventsOf = async (key: string) => (await product.events()).filter((event) => event.target_id === key);
const failures = () => product.events("api_key.creation_failed");

/** pg_xact_status as a server answers it that no longer knows: null for every transaction. */
const makeTheServerForget = () => answerStatus("null");

async function answerStatus(status: string): Promise<() => Promise<void>> {
  const { admin, database } = product;
  await admin.unsafe(`
    create function public.pg_xact_status(xid8) returns text language sql as $$ select ${status}::text $$;
    alter database ${database.name} set search_path = public, pg_catalog;`);
  await closePools();
  return async () => {
    await admin.unsafe(
      `drop function public.pg_xact_status(xid8); alter database ${database.name} reset search_path;`,
    );
    await closePools();
  };
}

it.each([
  ["during the work", /read_window/],
  ["while the event is recorded", /insert into audit_event/],
])("a connection that dies %s: nothing is committed and nothing recorded", async (_, statement) => {
  const before = (await failures()).length;
  proxy.breakAt(statement, "before it arrives");
  const broken = proxy.broken;
  const { key, result } = await doIt(actWithTwin(), member);
  expect(proxy.broken).toBe(broken + 1);
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await stands(key)).toBe(false);
  expect(await eventsOf(key)).toEqual([]);
  expect(await failures()).toHaveLength(before);
});

it("a session that the server ends during the work: nothing is committed and nothing recorded", async () => {
  const before = (await failures()).length;
  const act = actWithTwin(async (tx) => {
    await tx.execute("select pg_terminate_backend(pg_backend_pid())");
  });
  const { key, result } = await doIt(act, member);
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await stands(key)).toBe(false);
  expect(await failures()).toHaveLength(before);
});

it("COMMIT's answer lost, but committed: success, with exactly one event", async () => {
  proxy.breakAt(isCommit, "after it is done");
  const broken = proxy.broken;
  const { key, result } = await doIt(actWithTwin(), member);
  expect(proxy.broken).toBe(broken + 1);
  expect(result).toEqual({ ok: true, value: `secret of ${key}` });
  expect(await stands(key)).toBe(true);
  expect(await eventsOf(key)).toHaveLength(1);
});

it("COMMIT lost on its way: the failed twin, and the act did not happen", async () => {
  const before = (await failures()).length;
  proxy.breakAt(isCommit, "before it arrives");
  const { key, result } = await doIt(actWithTwin(), member, { attemptId: "lost" });
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await stands(key)).toBe(false);
  expect(await eventsOf(key)).toEqual([]);
  expect((await failures()).slice(before)).toMatchObject([
    { details: { reason: "internal" }, outcome: "failure" },
  ]);
});

it("COMMIT lost in a crash, after which the server gave the transaction's id to another: nothing is taken for done", async () => {
  const before = (await failures()).length;
  // What the server answers of the id then is what became of the other one.
  const remember = await answerStatus("'committed'");
  proxy.breakAt(isCommit, "before it arrives");
  const { key, result } = await doIt(actWithTwin(), member);
  await remember();
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await stands(key)).toBe(false);
  expect(await eventsOf(key)).toEqual([]);
  expect((await failures()).slice(before)).toMatchObject([{ details: { reason: "internal" } }]);
});

it("COMMIT of a refusal lost on its way: the refusal is recorded after all, with its own reason, and answered", async () => {
  const before = (await failures()).length;
  proxy.breakAt(isCommit, "before it arrives");
  const act = actWithTwin(() => Promise.reject(refuse("exists", "It is taken.")));
  const { result } = await doIt(act, member);
  expect(result).toMatchObject({ ok: false, code: "exists" });
  expect((await failures()).slice(before)).toMatchObject([{ details: { reason: "exists" } }]);
});

it.each(["before it arrives", "after it is done"] as const)(
  "COMMIT of a denial broken off %s: one ACCESS_DENIED, and nothing under the act's own name",
  async (when) => {
    const before = (await product.events()).length;
    proxy.breakAt(isCommit, when);
    const asked = when === "after it is done" ? guru.slug : "no-such-guru";
    const { result } = await doIt(actOnGuru(asked), stranger);
    expect(result).toMatchObject({ ok: false, code: "not_found" });
    expect((await product.events()).slice(before)).toMatchObject([
      { action: "access.denied", details: { asked } },
    ]);
  },
);

it("a repeat whose own answer is lost is still a repeat", async () => {
  const act = actWithTwin();
  const call = { key: "repeated", attemptId: "repeat" };
  await doIt(act, member, call);
  const before = (await product.events()).length;
  proxy.breakAt(isCommit, "after it is done");
  expect((await doIt(act, member, call)).result).toEqual({
    ok: true,
    value: null,
    repeated: true,
    targetId: "id of repeated",
  });
  expect(await product.events()).toHaveLength(before);
});

it("with logging off the server is asked too, though no event names the transaction", async () => {
  throughProxy(false);
  const before = (await product.events()).length;
  proxy.breakAt(isCommit, "after it is done");
  const kept = await doIt(actWithTwin(), member);
  expect(kept.result).toMatchObject({ ok: true });
  proxy.breakAt(isCommit, "before it arrives");
  const lost = await doIt(actWithTwin(), member);
  expect(lost.result).toMatchObject({ ok: false, code: "internal" });
  expect([await stands(kept.key), await stands(lost.key)]).toEqual([true, false]);
  expect(await product.events()).toHaveLength(before);
});

it.each(["an act", "an act on a guru"])(
  "what became of %s nobody knows: its event with outcome unknown, and the caller is told to look",
  async (kind) => {
    const act = kind === "an act" ? actWithTwin() : actOnGuru(guru.id);
    const remember = await makeTheServerForget();
    proxy.breakAt(isCommit, "before it arrives");
    const { key, result } = await doIt(act, member);
    await remember();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(result.ok === false && result.message).toContain("Look whether it was done");
    const events = await eventsOf(key);
    expect(events).toMatchObject([
      { outcome: "unknown", target_label: key, details: { reason: "commit-unknown" } },
    ]);
    expect(events[0]?.guru_id).toBe(kind === "an act" ? null : guru.id);
  },
);

it("when not even that can be recorded, the caller is still told to look, never that nothing was changed", async () => {
  const remember = await makeTheServerForget();
  proxy.breakAt(isCommit, "after it is done");
  await product.admin.unsafe(`
    create function test_no_unknown() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
    create trigger test_no_unknown before insert on audit_event for each row when (new.outcome = 'unknown')
    execute function test_no_unknown();`);
  const { key, result } = await doIt(actWithTwin(), member);
  await product.admin.unsafe("drop trigger test_no_unknown on audit_event; drop function test_no_unknown();");
  await remember();
  expect(result.ok === false && result.message).toContain("Look whether it was done");
  expect(await eventsOf(key)).toMatchObject([{ outcome: "success" }]);
});

it("an error of COMMIT itself is the failed twin, internal, and the act did not happen", async () => {
  const before = (await failures()).length;
  await product.admin.unsafe(`
    create function test_refuse_commit() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
    create constraint trigger test_refuse_commit after insert on read_window deferrable initially deferred
    for each row execute function test_refuse_commit();`);
  const { key, result } = await doIt(actWithTwin(), member);
  await product.admin.unsafe(
    "drop trigger test_refuse_commit on read_window; drop function test_refuse_commit();",
  );
  expect(result.ok === false && result.message).toContain("nothing was changed");
  expect(await stands(key)).toBe(false);
  expect(await eventsOf(key)).toEqual([]);
  expect((await failures()).slice(before)).toMatchObject([{ details: { reason: "internal" } }]);
});
