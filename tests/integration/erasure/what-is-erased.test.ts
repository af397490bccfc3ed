import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { erasurePreview, findPeople } from "@/lib/features/erasure/queries";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { testRequest as request, type TestProduct } from "@/tests/support/product";
import { sealAll } from "../exports/sealing";
import { done, guruOf } from "../gurus/guru-for-tests";
import { insertEvents } from "../sealer/events-for-tests";

import { type ErasureWorld, erasureWorld } from "./erasure-world";

let product: TestProduct;
let owner: UserPrincipal;
let newPerson: ErasureWorld["newPerson"];
let erase: ErasureWorld["erase"];
let eraseThem: ErasureWorld["eraseThem"];
let row: ErasureWorld["row"];

beforeAll(async () => {
  ({ product, owner, newPerson, erase, eraseThem, row } = await erasureWorld());
});
afterAll(() => product.close());

describe("an erasure", () => {
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
    const [inGuru] = await insertEvents(product.admin, [
      { guru_id: crypto.randomUUID(), guru_name: "Notes of Eve.O+x@halden.example" },
    ]);
    expect(await row(inGuru?.id)).toMatchObject({ guru_name: "Notes of Eve.O+x@halden.example" });
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
    expect(await row(inGuru?.id)).toMatchObject({ guru_name: null, subject_salt: null, actor_digest: null });
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
    const acts = (label: string, by: UserPrincipal) =>
      insertEvents(product.admin, [
        {
          actor_type: "user",
          actor_id: by.accountId,
          account_id: by.accountId,
          actor_email: by.email,
          target_label: label,
        },
      ]);
    const [whole] = await acts("Zoe Quill", person);
    const [part] = await acts("Zoe Quill's", person);
    const [others] = await acts("Zoe Quill", bob);
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
    expect(await row(whole?.id ?? "")).toMatchObject({ actor_email: null, target_label: "[erased]" });
    expect(await row(part?.id ?? "")).toMatchObject({ actor_email: null, target_label: "Zoe Quill's" });
    expect(await row(others?.id ?? "")).toMatchObject({ actor_email: bob.email, target_label: "Zoe Quill" });
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
    const wasCalled = (email: string, account: string) =>
      insertEvents(product.admin, [
        { actor_type: "user", actor_id: account, account_id: account, actor_email: email },
      ]);
    const [old] = await wasCalled("maiden@halden.example", person.accountId);
    const [former] = await wasCalled("maiden@halden.example", crypto.randomUUID());
    await wasCalled("passed-on@halden.example", person.accountId);
    const [inherited] = await wasCalled("passed-on@halden.example", heir.accountId);
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
      events: { all: 1, acted: 1, about: 1 },
    });
    expect(done(await eraseThem(gone)).events).toBe(1);
    expect(done(await findPeople.execute({ principal: owner, request, input: gone.email })).people).toEqual(
      [],
    );
    expect((await product.events("guru.created")).find((e) => e.guru_id === guru.id)?.actor_email).toBeNull();
  });
});
