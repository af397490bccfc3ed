import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiKeyHash, mintApiKey } from "@/lib/access/api-keys";
import type { UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue, startSession } from "@/lib/access/sessions";
import { db } from "@/lib/db/client";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { erasurePreview, findPeople, pastErasures } from "@/lib/features/erasure/queries";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { createLogDatabase, modes } from "../append-only/databases";
import { sealAll } from "../exports/sealing";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { insertEvents, until } from "../sealer/events-for-tests";

let product: TestProduct;
let owner: UserPrincipal;
let made = 0;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

const newPerson = () => product.person(`p${++made}@halden.example`);
const erase = (
  input: object,
  principal: UserPrincipal | ReturnType<typeof byKey> = owner,
  attemptId?: string,
) => erasePerson.execute({ principal, request, input, ...(attemptId ? { attemptId } : {}) });
const eraseThem = (person: UserPrincipal) =>
  erase({ accountId: person.accountId, confirmation: person.email });
const erasures = () => product.events("audit.person_erased");
const row = async (id: string) => (await product.admin`select * from audit_event where id = ${id}`)[0];

describe("who may erase whom", () => {
  it("is the owner's alone", async () => {
    const person = await newPerson();
    const auditor = await product.person("auditor@halden.example", "auditor");
    for (const principal of [person, auditor, byKey(auditor)])
      expect(
        await erase({ accountId: person.accountId, confirmation: person.email }, principal),
      ).toMatchObject({ ok: false, code: "not_found" });
    for (const denied of await product.events("access.denied"))
      expect(JSON.stringify(denied.details)).not.toContain("halden");
  });

  it("is never the owner, and nobody who does not exist, and takes the address typed", async () => {
    const person = await newPerson();
    await eraseThem(await newPerson());
    const before = (await product.events()).length;
    const refusals: [object, string][] = [
      [{ accountId: owner.accountId, confirmation: owner.email }, "conflict"],
      [{ email: owner.email, confirmation: owner.email }, "conflict"],
      [{ accountId: crypto.randomUUID(), confirmation: "nobody@halden.example" }, "not_found"],
      [{ email: "nobody@halden.example", confirmation: "nobody@halden.example" }, "not_found"],
      [{ email: "no address", confirmation: "no address" }, "not_found"],
      [{ email: person.email, confirmation: person.email }, "conflict"],
      [{ accountId: person.accountId, confirmation: "p@halden.example" }, "invalid"],
      [{ accountId: person.accountId, confirmation: "" }, "invalid"],
      [{ accountId: person.accountId, email: person.email, confirmation: person.email }, "invalid"],
      [{ confirmation: person.email }, "invalid"],
      [{ accountId: person.accountId, confirmation: person.email, orgId: 2 }, "invalid"],
    ];
    for (const [input, code] of refusals) {
      const answer = await erase(input);
      expect([input, answer]).toEqual([input, expect.objectContaining({ ok: false, code })]);
      expect(JSON.stringify(answer)).not.toContain(person.email);
    }
    expect((await product.events()).length).toBe(before);
  });

  it("is refused to one who made the owner's old address theirs: it stays the owner's", async () => {
    await insertEvents(product.admin, [
      {
        actor_type: "user",
        actor_id: owner.accountId,
        account_id: owner.accountId,
        actor_email: "before@halden.example",
      },
    ]);
    expect(
      await erase({ email: "before@halden.example", confirmation: "before@halden.example" }),
    ).toMatchObject({ ok: false, code: "conflict" });
  });
});

describe("an erasure", () => {
  it("happens once for an attempt, and is not repeated", async () => {
    const person = await newPerson();
    await guruOf(person);
    const input = { accountId: person.accountId, confirmation: person.email };
    const attemptId = crypto.randomUUID();
    const first = done(await erase(input, owner, attemptId));
    expect(await erase(input, owner, attemptId)).toEqual({
      ok: true,
      value: null,
      repeated: true,
      targetId: first.erasureId,
    });
    expect(await erase(input, owner)).toMatchObject({ ok: false, code: "not_found" });
    const attempts = await product.admin`select * from attempt`;
    expect(JSON.stringify(attempts)).not.toContain(person.email);
    const past = done(await pastErasures.execute({ principal: owner, request, input: null }));
    expect(past[0]).toMatchObject({ id: first.erasureId, events: first.events });
    expect((await erasures()).at(-1)).toMatchObject({ id: past[0]?.eventId });
  });

  it("ends their sessions and keys at once", async () => {
    const person = await newPerson();
    const sid = await db().transaction((tx) => startSession(tx, person.accountId, request));
    const cookie = await sessionCookieValue(sid);
    expect(await principalOfCookie(cookie)).not.toBeNull();
    const key = mintApiKey();
    await product.admin`insert into api_key (org_id, account_id, name, key_hash) values (1, ${person.accountId}, 'ci', ${apiKeyHash(key)})`;
    done(await eraseThem(person));
    expect(await principalOfCookie(cookie)).toBeNull();
    expect((await product.admin`select from api_key where account_id = ${person.accountId}`).length).toBe(0);
  });

  it("finds whole addresses only, in any case and in any text", async () => {
    const person = await product.person("Eve.O+x@halden.example");
    const whole = [
      "Eve.O+x@halden.example",
      "<eve.o+X@HALDEN.example>",
      "a@b.example, eve.o+x@halden.example.",
      "x\neve.o+x@halden.example\ty",
      "信eve.o+x@halden.example信",
      "'eve.o+x@halden.example'",
      "mailto:eve.o+x@halden.example?x",
    ];
    const other = [
      "neve.o+x@halden.example",
      "eve.o+x@halden.example.org",
      "eve.o+x@halden.examples",
      "eve.o+x@halden.example-two.org",
      "x.eve.o+x@halden.example",
      "evexo+x@halden.example",
      "o+x@halden.example",
      "%",
      "eve",
    ];
    const put = (label: string) => insertEvents(product.admin, [{ target_label: label }]);
    const inDetails = (text: string) => product.admin<{ id: string }[]>`
      insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, details, changes, version)
      values (1, 'guru.updated', 'UPDATE_GURU', 'updated', 'GuruType', 'success', 'system', 'system', 'guru', 't', 'label',
        ${JSON.stringify({ deep: [{ [text]: 1 }] })}::text::jsonb, ${JSON.stringify([{ field: "f", before: null, after: text }])}::text::jsonb, '0') returning id`;
    const idsOf = async (texts: string[]) => {
      const ids: string[] = [];
      for (const text of texts)
        ids.push((await put(text))[0]?.id ?? "", (await inDetails(text))[0]?.id ?? "");
      return ids;
    };
    const named = await idsOf(whole);
    const unnamed = await idsOf(other);
    done(await eraseThem(person));
    for (const id of named)
      expect(await row(id)).toMatchObject({
        target_label: "[erased]",
        changes: [],
        details: {},
        metadata: null,
        subject_salt: null,
      });
    for (const id of unnamed)
      expect(await row(id)).toMatchObject({ subject_digest: null, actor_digest: null });
  });

  it("erases who was acted upon and leaves who acted, and takes the person's name as a whole value", async () => {
    const person = await newPerson();
    const bob = await newPerson();
    await product.admin`update account set name = 'Zoe Quill' where id = ${person.accountId}`;
    const guru = await guruOf(bob);
    done(
      await addMaintainer.execute({
        principal: bob,
        request,
        input: { guru: guru.slug, email: person.email },
      }),
    );
    const hers = await guruOf(person, { name: "Zoe Quill" });
    const others = await guruOf(bob, { name: "Zoe Quill's" });
    done(await eraseThem(person));
    const of = async (action: string, guruId: string) =>
      (await product.admin`select * from audit_event where action = ${action} and guru_id = ${guruId}`)[0];
    expect(await of("guru.maintainer_added", guru.id)).toMatchObject({
      actor_email: bob.email,
      ip: "203.0.113.7",
      target_label: "[erased]",
      target_id: person.accountId,
      guru_name: null,
      guru_id: guru.id,
    });
    expect(await of("guru.created", hers.id)).toMatchObject({
      actor_email: null,
      ip: null,
      user_agent: null,
      target_label: "[erased]",
    });
    expect(await of("guru.created", others.id)).toMatchObject({
      actor_email: bob.email,
      target_label: "Zoe Quill's",
    });
    // Erased already for one person, an event still loses what names another.
    done(await eraseThem(bob));
    expect(await of("guru.maintainer_added", guru.id)).toMatchObject({
      actor_email: null,
      target_label: "[erased]",
    });
  });

  it("takes earlier addresses too, those of former accounts included, but not one that somebody else has now", async () => {
    const person = await newPerson();
    const heir = await product.person("passed-on@halden.example");
    const before = (email: string, account: string) =>
      insertEvents(product.admin, [
        { actor_type: "user", actor_id: account, account_id: account, actor_email: email },
      ]);
    const [old] = await before("maiden@halden.example", person.accountId);
    const [former] = await before("maiden@halden.example", crypto.randomUUID());
    await before("passed-on@halden.example", person.accountId);
    const [inherited] = await before("passed-on@halden.example", heir.accountId);
    done(await eraseThem(person));
    expect([(await row(old?.id ?? ""))?.actor_email, (await row(former?.id ?? ""))?.actor_email]).toEqual([
      null,
      null,
    ]);
    expect((await row(inherited?.id ?? ""))?.actor_email).toBe("passed-on@halden.example");
  });

  it("reaches an address that never had an account, and a person whose account is gone", async () => {
    const [tried] = await insertEvents(product.admin, [
      { actor_type: "anonymous", actor_id: "anonymous", target_label: "Guest@far.example" },
    ]);
    expect(
      done(await erase({ email: "guest@far.example", confirmation: "guest@far.example" })),
    ).toMatchObject({ events: 1 });
    expect(await row(tried?.id ?? "")).toMatchObject({ target_label: "[erased]", actor_salt: null });

    const gone = await newPerson();
    const guru = await guruOf(gone);
    await sealAll(product);
    await product.admin`delete from account where id = ${gone.accountId}`;
    const found = done(await findPeople.execute({ principal: owner, request, input: gone.email }));
    expect(found.people).toMatchObject([{ accountId: gone.accountId, standing: "left" }]);
    const preview = done(
      await erasurePreview.execute({ principal: owner, request, input: { accountId: gone.accountId } }),
    );
    expect(preview).toMatchObject({
      email: gone.email,
      hasAccount: false,
      events: { all: 1, acted: 1, about: 0 },
    });
    expect(done(await eraseThem(gone)).events).toBe(1);
    expect(done(await findPeople.execute({ principal: owner, request, input: gone.email })).people).toEqual(
      [],
    );
    expect((await product.events("guru.created")).find((e) => e.guru_id === guru.id)?.actor_email).toBeNull();
  });

  it("counts beforehand what it erases", async () => {
    const person = await newPerson();
    const guru = await guruOf(owner);
    await giveRole(guru.id, person, "maintainer");
    await guruOf(person);
    done(
      await createApiKey.execute({
        principal: person,
        request,
        input: { name: "ci", scopes: [], expiresInDays: null },
      }),
    );
    const preview = done(
      await erasurePreview.execute({ principal: owner, request, input: { accountId: person.accountId } }),
    );
    expect(preview).toMatchObject({
      email: person.email,
      isOwner: false,
      hasAccount: true,
      keys: 1,
      gurus: 2,
      sessions: 0,
    });
    expect(done(await eraseThem(person)).events).toBe(preview?.events?.all);
  });
});

describe("a log that was changed past the product", () => {
  it.each([
    [
      "altered",
      "update audit_event set operation = 'X' where id = $1",
      "update audit_event set operation = 'CREATE_GURU' where id = $1",
    ],
    ["without a salt", "update audit_event set actor_salt = null where id = $1", null],
  ])("is not erased over: an event %s", async (_, change, back) => {
    const person = await newPerson();
    await guruOf(person);
    await sealAll(product);
    const event = (await product.events("guru.created")).at(-1);
    const tamper = (text: string) =>
      product.admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx.unsafe(text, [event?.id ?? ""]);
      });
    await tamper(change);
    const answer = await eraseThem(person);
    expect(answer).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("Verify the log first"),
    });
    expect(await product.admin`select email from account where id = ${person.accountId}`).toHaveLength(1);
    expect((await row(event?.id ?? ""))?.actor_email).toBe(person.email);
    if (back === null) return;
    await tamper(back);
    done(await eraseThem(person));
  });
});

describe("an act that is under way", () => {
  it("of the person fails when it comes after the erasure, and is erased when it came before", async () => {
    const person = await newPerson();
    const early = postgres(product.runtime.urls.app, { max: 1 });
    const write = (tx: postgres.TransactionSql | postgres.Sql) =>
      insertEvents(tx, [
        {
          actor_type: "user",
          actor_id: person.accountId,
          account_id: person.accountId,
          actor_email: person.email,
        },
      ]);
    let commit = () => {};
    let written = () => {};
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const acting = early.begin(async (tx) => {
      const [event] = await write(tx);
      written();
      await new Promise<void>((resolve) => {
        commit = resolve;
      });
      return event?.id ?? "";
    });
    await isWritten;
    const erasing = eraseThem(person);
    await until(
      "the erasure waits for the act",
      async () =>
        (await product.admin`select from pg_locks where locktype = 'advisory' and not granted`).length > 0,
    );
    const late = guruOf(person, { name: "Too late" }).then(
      () => "done",
      (error: Error) => error.message,
    );
    commit();
    const id = await acting;
    done(await erasing);
    expect(await row(id)).toMatchObject({ actor_email: null });
    expect(await late).toContain("refused: ");
    expect((await product.admin`select from guru where name = 'Too late'`).length).toBe(0);
    // Whoever still has the principal of before cannot record anything either.
    await expect(write(product.admin)).rejects.toMatchObject({ code: "GE005" });
    expect(await product.admin`select from audit_event where actor_email = ${person.email}`).toHaveLength(0);
    await early.end();
  });

  it("of many kinds and all at once: none names the person afterwards, and none is half done", async () => {
    const person = await newPerson();
    const first = await guruOf(owner);
    await giveRole(first.id, person, "maintainer");
    const acts = Array.from({ length: 24 }, (_, i) =>
      i % 3 === 0
        ? guruOf(person, { name: `By ${i}` })
        : i % 3 === 1
          ? createApiKey.execute({
              principal: person,
              request,
              input: { name: `k${i}`, scopes: [], expiresInDays: null },
            })
          : guruOf(owner).then((g) =>
              addMaintainer.execute({
                principal: owner,
                request,
                input: { guru: g.slug, email: person.email },
              }),
            ),
    );
    const settled = Promise.allSettled(acts);
    const answer = await eraseThem(person);
    await settled;
    done(answer);
    expect(
      await product.admin`select from audit_event where lower(concat_ws(' ', actor_email, target_label, metadata, changes, details)) like ${`%${person.email}%`}`,
    ).toHaveLength(0);
    const [lost] = await product.admin`
      select count(*)::int as n from guru g where not exists (select from audit_event e where e.guru_id = g.id and e.action = 'guru.created')`;
    expect(lost?.n).toBe(0);
    expect(await product.admin`select from guru_role where account_id = ${person.accountId}`).toHaveLength(0);
  });
});

it("takes nothing when it cannot be recorded", async () => {
  const person = await newPerson();
  await guruOf(person);
  const mend = await breakTheLog(product);
  try {
    expect(await eraseThem(person)).toMatchObject({ ok: false, code: "internal" });
  } finally {
    await mend();
  }
  expect(await product.admin`select from account where id = ${person.accountId}`).toHaveLength(1);
  expect((await product.events("guru.created")).at(-1)?.actor_email).toBe(person.email);
});

describe.each(modes)("in the mode %s", (mode) => {
  it("nobody is erased in silence, nor with an event of other words, and the log stays append-only after it", async () => {
    const log = await createLogDatabase(mode);
    const app = postgres(log.urls.app, { max: 1, onnotice: () => {} });
    const admin = postgres(log.urls.admin, { max: 1, onnotice: () => {} });
    const [person] =
      await admin`insert into account (email, email_key, name) values ('ada@x.example', 'ada@x.example', 'Ada') returning id`;
    const id = String(person?.id);
    const [event] = await insertEvents(admin, [
      { actor_type: "user", actor_id: id, account_id: id, actor_email: "ada@x.example" },
    ]);
    const told = (tx: postgres.TransactionSql, events: number) => tx`
      insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, details, version)
      values (1, 'audit.person_erased', 'ERASE_PERSON', 'deleted', 'AuditLog', 'success', 'system', 'system', 'org', '1', 'Audit log', ${JSON.stringify({ events })}::text::jsonb, '0')`;
    const erased = (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
      app.begin(async (tx) => {
        await tx`select audit_erase_person(1, ${id}, null)`;
        await work(tx);
      });
    const refused = { code: "42501" };
    await expect(erased(async () => {})).rejects.toMatchObject(refused);
    await expect(erased((tx) => tx`delete from account where id = ${id}`)).rejects.toMatchObject(refused);
    await expect(erased((tx) => told(tx, 1))).rejects.toMatchObject(refused);
    await expect(erased((tx) => told(tx, 7))).rejects.toMatchObject(refused);
    await expect(app.begin((tx) => told(tx, 1))).rejects.toMatchObject(refused);
    await expect(erased((tx) => tx`set constraints all immediate`)).rejects.toMatchObject(refused);
    if (mode === "enforced")
      await expect(erased((tx) => tx`update audit_erasure set event_id = id`)).rejects.toMatchObject(refused);
    expect(
      (await admin`select actor_email from audit_event where id = ${event?.id ?? ""}`)[0]?.actor_email,
    ).toBe("ada@x.example");

    await erased(async (tx) => {
      await expect(tx.savepoint((s) => s`update audit_event set operation = 'X'`)).rejects.toMatchObject(
        refused,
      );
      await tx`delete from account where id = ${id}`;
      await told(tx, 1);
    });
    expect(
      (await admin`select actor_email, actor_salt from audit_event where id = ${event?.id ?? ""}`)[0],
    ).toEqual({ actor_email: null, actor_salt: null });
    await expect(app`update audit_event set operation = 'X'`).rejects.toMatchObject(refused);
    await app.end();
    await admin.end();
    await log.drop();
  });
});
