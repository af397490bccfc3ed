import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POST } from "@/app/proofs/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { verifyEventProof } from "@/lib/audit/proof/verify/verify-event-proof";
import { recordProofDownload } from "@/lib/features/audit-log/commands/download-event-proof";
import { shownProof } from "@/lib/features/audit-log/shown-proof";
import { cookieOf } from "@/tests/integration/audit-api/api-harness";
import { giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  type TestProduct,
  testRequest,
} from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { askRoute, sealAll, signHead } from "./sealed-world";

let product: TestProduct;
let owner: UserPrincipal;
let auditor: UserPrincipal;
let maintainer: UserPrincipal;
let viewer: UserPrincipal;
let member: UserPrincipal;
let guru: { id: string; slug: string; name: string };
/** An event of the guru, and one of none. */
let ofGuru: string;
let ofNone: string;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  auditor = await product.person("auditor@halden.example", "auditor");
  maintainer = await product.person("maintainer@halden.example");
  viewer = await product.person("viewer@halden.example");
  member = await product.person("member@halden.example");
  guru = await guruOf(owner);
  await giveRole(guru.id, maintainer, "maintainer");
  await giveRole(guru.id, viewer, "viewer");
  ofGuru = (await product.events("guru.created"))[0]?.id ?? "";
  ofNone =
    (
      await insertEvents(
        product.admin,
        variedEvents(1).map((e) => ({ ...e, guru_id: null })),
      )
    )[0]?.id ?? "";
  await sealAll(product);
  await signHead(product);
});
afterAll(() => product.close());

async function post(who: UserPrincipal | null, fields: Record<string, string | Blob>): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const headers = who ? { cookie: await cookieOf(who) } : undefined;
  return askRoute(POST as never, "/proofs", { method: "POST", body, ...(headers ? { headers } : {}) });
}

const exported = () => product.events("audit.exported");

describe("Download proof", () => {
  it("gives the file to owner and auditor from the whole log, and to a maintainer from the guru's, and records it", async () => {
    for (const [who, fields] of [
      [owner, { event: ofNone }],
      [auditor, { event: ofGuru.toUpperCase() }],
      [maintainer, { event: ofGuru, guru: guru.slug }],
    ] as const) {
      const before = (await exported()).length;
      const given = await post(who, fields);
      const text = await given.text();
      const id = fields.event.toLowerCase();
      expect([given.status, given.headers.get("content-disposition")]).toEqual([
        200,
        expect.stringContaining(`filename="audit_proof_${id}.json"`),
      ]);
      expect(given.headers.get("cache-control")).toBe("no-store");
      expect(verifyEventProof(text, { pinned: [] })).toMatchObject({ record: { id }, findings: [] });
      const events = (await exported()).slice(before);
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ account_id: who.accountId, outcome: "success", ip: "203.0.113.50" });
      expect(events[0]?.details).toMatchObject({
        format: "proof",
        expectedRows: 1,
        filters: { event: id },
        fileName: `audit_proof_${id}.json`,
        success: true,
      });
      const isGuru = "guru" in fields;
      expect([events[0]?.guru_id, events[0]?.target_type, events[0]?.target_label]).toEqual(
        isGuru ? [guru.id, "guru", guru.name] : [null, "org", "Halden Works"],
      );
    }
  });

  it("gives nothing to others, nor an event from a log that it is not in", async () => {
    const before = (await exported()).length;
    for (const [who, fields, status] of [
      [null, { event: ofNone }, 401],
      [member, { event: ofNone }, 404],
      [maintainer, { event: ofGuru }, 404],
      [maintainer, { event: ofNone, guru: guru.slug }, 404],
      [member, { event: ofGuru, guru: guru.slug }, 404],
      [viewer, { event: ofGuru, guru: guru.slug }, 403],
      [owner, { event: ofNone, guru: guru.slug }, 404],
      [owner, { event: ofNone, guru: "no-such-guru" }, 404],
      [owner, { event: "10000000-0000-7000-8000-000000000000" }, 404],
      [owner, { event: "x" }, 400],
      [owner, {}, 400],
      [owner, { event: ofNone, orgId: "2" }, 400],
      [owner, { event: new Blob(["x"]) }, 400],
      [owner, { event: ofNone, guru: "" }, 400],
    ] as const) {
      const given = await post(who, fields as Record<string, string>);
      const text = await given.text();
      expect([Object.keys(fields), given.status]).toEqual([Object.keys(fields), status]);
      expect(JSON.parse(text)).toEqual({ code: expect.any(String), message: expect.any(String) });
    }
    const garbage = await askRoute(POST as never, "/proofs", { method: "POST", body: "{" });
    expect(garbage.status).toBe(400);
    expect((await exported()).length).toBe(before);
    const denied = await product.events("access.denied");
    expect(denied.map((e) => e.details.permission)).toContain("audit:export-guru");
  });

  it("404 while the event is not sealed, 409 when it does not verify; neither is recorded as an export", async () => {
    const [fresh] = await insertEvents(product.admin, variedEvents(1));
    const waiting = await post(owner, { event: fresh?.id ?? "" });
    expect([waiting.status, await waiting.text()]).toEqual([404, expect.stringContaining("not sealed yet")]);
    await product.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update audit_event set target_label = 'Forged' where id = ${fresh?.id ?? ""}`;
    });
    await sealAll(product);
    await signHead(product);
    expect((await post(owner, { event: fresh?.id ?? "" })).status).toBe(200);
    await product.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update audit_event set target_label = 'Forged again' where id = ${fresh?.id ?? ""}`;
    });
    const before = (await exported()).length;
    const forged = await post(owner, { event: fresh?.id ?? "" });
    const text = await forged.text();
    expect([forged.status, text]).toEqual([409, expect.stringContaining("does not verify")]);
    expect(text).not.toContain("Forged");
    expect((await exported()).length).toBe(before);
  });

  it("gives nothing when it cannot be recorded", async () => {
    const mend = await breakTheLog(product);
    try {
      const given = await post(owner, { event: ofNone });
      expect([given.status, await given.text()]).toEqual([500, expect.not.stringContaining(ofNone)]);
    } finally {
      await mend();
    }
  });

  it("by key is refused or recorded as the key's", async () => {
    const call = { request: testRequest, input: { event: ofNone } };
    const narrow = await recordProofDownload.execute({ ...call, principal: byKey(owner, ["gurus"]) });
    expect(narrow).toMatchObject({ ok: false, code: "not_found" });
    const wide = await recordProofDownload.execute({ ...call, principal: byKey(owner, ["audit:read"]) });
    expect(wide.ok).toBe(true);
    expect((await exported()).at(-1)).toMatchObject({ actor_type: "api_key", account_id: owner.accountId });
  });
});

describe("what the page says of an event's proof", () => {
  const key = async () => {
    const [row] = await product.admin<{ micros: string; index: string }[]>`
      select (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros, t.index::text
      from audit_event e join audit_seal_tail t on t.event_id = e.id where e.id = ${ofNone}`;
    return { event: { id: ofNone, micros: row?.micros ?? "" }, index: BigInt(row?.index ?? 0) };
  };

  it("has no record and no path in it", async () => {
    const { event, index } = await key();
    const shown = await shownProof(1, event, index);
    expect(Object.keys(shown).sort()).toEqual(["against", "checkpoint", "index", "sealedAt", "state"]);
    expect(shown).toMatchObject({ state: "verified", index: Number(index) });
  });

  it("says that it is sealed, and no more, when the check does not end in time", async () => {
    const { event, index } = await key();
    const [size] =
      await product.admin`select min(size)::int as size from audit_checkpoint where size > ${String(index)}::bigint`;
    await product.admin.begin(async (tx) => {
      await tx`lock table audit_node in access exclusive mode`;
      expect(await shownProof(1, event, index)).toEqual({ state: "sealed", checkpoint: size?.size });
    });
    expect((await shownProof(1, event, index)).state).toBe("verified");
  });
});
