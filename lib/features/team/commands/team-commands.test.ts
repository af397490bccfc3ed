import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { guruTeam } from "../queries";
import { addMaintainer } from "./add-maintainer";
import { addViewer } from "./add-viewer";
import { removeMaintainer } from "./remove-maintainer";
import { removeViewer } from "./remove-viewer";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;
let colleague: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
  colleague = await product.person("i.berg@halden.example");
});
afterAll(() => product.close());

async function rolesIn(guru: string): Promise<string[]> {
  const result = await guruTeam.execute({ principal: owner, request, input: { guru } });
  return result.ok ? result.value.rows.map((p) => `${p.email} ${p.role}`) : [];
}

describe("add-maintainer", () => {
  it("gives a member the role by e-mail in any case, and records ADD_MAINTAINER", async () => {
    const guru = await guruOf(member);
    done(
      await addMaintainer.execute({
        principal: member,
        request,
        input: { guru: guru.slug, email: " I.Berg@Halden.example " },
      }),
    );
    expect(await rolesIn(guru.slug)).toEqual([`${colleague.email} maintainer`, `${member.email} maintainer`]);
    expect((await product.events("guru.maintainer_added")).at(-1)).toMatchObject({
      operation: "ADD_MAINTAINER",
      action_type: "created",
      model: "Maintainer",
      target_type: "user",
      target_id: colleague.accountId,
      target_label: colleague.email,
      guru_slug: guru.slug,
      changes: [{ field: "role", before: null, after: "maintainer" }],
    });
  });

  it("promotes a viewer", async () => {
    const guru = await guruOf(member);
    await giveRole(guru.id, colleague, "viewer");
    done(
      await addMaintainer.execute({
        principal: member,
        request,
        input: { guru: guru.slug, email: colleague.email },
      }),
    );
    expect((await product.events("guru.maintainer_added")).at(-1)?.changes).toEqual([
      { field: "role", before: "viewer", after: "maintainer" },
    ]);
  });

  it("refuses strangers, former members, auditors and maintainers beside the field, without a record", async () => {
    const guru = await guruOf(member);
    await product.person("former@halden.example", null);
    await product.person("auditor@halden.example", "auditor");
    const before = (await product.events()).length;
    const cases = {
      "nobody@halden.example": "not_found",
      "former@halden.example": "not_found",
      "auditor@halden.example": "invalid",
      [member.email]: "exists",
      "\0'; drop table guru --": "not_found",
      "": "invalid",
    };
    for (const [email, code] of Object.entries(cases)) {
      const result = await addMaintainer.execute({
        principal: member,
        request,
        input: { guru: guru.slug, email },
      });
      expect(result, email).toMatchObject({ ok: false, code, fieldErrors: { email: [expect.any(String)] } });
    }
    expect((await product.events()).length).toBe(before);
  });

  it("gives the role once to two parallel clicks", async () => {
    const guru = await guruOf(member);
    const call = { principal: member, request, input: { guru: guru.slug, email: colleague.email } };
    const results = await Promise.all([addMaintainer.execute(call), addMaintainer.execute(call)]);
    expect(results.map((r) => r.ok).sort()).toEqual([false, true]);
    const events = (await product.events("guru.maintainer_added")).filter((e) => e.guru_id === guru.id);
    expect(events).toHaveLength(1);
  });

  it("gives nothing when the log takes no event", async () => {
    const guru = await guruOf(member);
    const mend = await breakTheLog(product);
    const result = await addMaintainer.execute({
      principal: member,
      request,
      input: { guru: guru.slug, email: colleague.email },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await rolesIn(guru.slug)).toEqual([`${member.email} maintainer`]);
  });
});

describe("remove-maintainer", () => {
  it("lets the last one leave; the owner can still act", async () => {
    const guru = await guruOf(member);
    const input = { guru: guru.slug, accountId: member.accountId };
    done(await removeMaintainer.execute({ principal: member, request, input }));
    expect((await product.events("guru.maintainer_removed")).at(-1)).toMatchObject({
      operation: "REMOVE_MAINTAINER",
      target_id: member.accountId,
      target_label: member.email,
      changes: [{ field: "role", before: "maintainer", after: null }],
    });
    expect(await removeMaintainer.execute({ principal: member, request, input })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    done(
      await addMaintainer.execute({
        principal: owner,
        request,
        input: { guru: guru.slug, email: colleague.email },
      }),
    );
  });

  it("refuses a viewer, a stranger and a maintainer of another guru, without a record of a removal", async () => {
    const guru = await guruOf(member);
    const others = await guruOf(colleague);
    await giveRole(guru.id, owner, "viewer");
    const before = (await product.events("guru.maintainer_removed")).length;
    for (const accountId of [owner.accountId, colleague.accountId, others.id]) {
      const result = await removeMaintainer.execute({
        principal: member,
        request,
        input: { guru: guru.slug, accountId },
      });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
    }
    const foreign = { guru: others.slug, accountId: colleague.accountId };
    expect(await removeMaintainer.execute({ principal: member, request, input: foreign })).toMatchObject({
      code: "not_found",
    });
    expect((await product.events("guru.maintainer_removed")).length).toBe(before);
    expect(await rolesIn(others.slug)).toEqual([`${colleague.email} maintainer`]);
  });

  it("removes nobody when the log takes no event", async () => {
    const guru = await guruOf(member);
    const mend = await breakTheLog(product);
    const input = { guru: guru.slug, accountId: member.accountId };
    const result = await removeMaintainer.execute({ principal: member, request, input });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await rolesIn(guru.slug)).toEqual([`${member.email} maintainer`]);
  });
});

describe("viewers", () => {
  it("are added by e-mail and removed: ROLE_ASSIGNED and ROLE_REVOKED of the guru", async () => {
    const guru = await guruOf(member);
    const input = { guru: guru.slug, email: " I.Berg@Halden.example " };
    done(await addViewer.execute({ principal: member, request, input }));
    expect(await rolesIn(guru.slug)).toEqual([`${member.email} maintainer`, `${colleague.email} viewer`]);
    const facts = {
      actor_id: member.accountId,
      model: "GuruRole",
      target_type: "user",
      target_id: colleague.accountId,
      target_label: colleague.email,
      guru_slug: guru.slug,
    };
    expect((await product.events("user.role_assigned")).at(-1)).toMatchObject({
      ...facts,
      operation: "ROLE_ASSIGNED",
      changes: [{ field: "role", before: null, after: "viewer" }],
    });
    const gone = { guru: guru.slug, accountId: colleague.accountId };
    done(await removeViewer.execute({ principal: member, request, input: gone }));
    expect((await product.events("user.role_revoked")).at(-1)).toMatchObject({
      ...facts,
      operation: "ROLE_REVOKED",
      changes: [{ field: "role", before: "viewer", after: null }],
    });
    expect(await removeViewer.execute({ principal: member, request, input: gone })).toMatchObject({
      ok: false,
      code: "not_found",
    });
  });

  it("never take a maintainer's role, nor are maintainers removed as viewers", async () => {
    const guru = await guruOf(member);
    await giveRole(guru.id, colleague, "maintainer");
    const before = (await product.events()).length;
    const input = { guru: guru.slug, email: colleague.email };
    expect(await addViewer.execute({ principal: member, request, input })).toMatchObject({
      ok: false,
      code: "exists",
      fieldErrors: { email: [expect.any(String)] },
    });
    const gone = { guru: guru.slug, accountId: colleague.accountId };
    expect(await removeViewer.execute({ principal: member, request, input: gone })).toMatchObject({
      code: "not_found",
    });
    expect((await product.events()).length).toBe(before);
    expect(await rolesIn(guru.slug)).toEqual([`${colleague.email} maintainer`, `${member.email} maintainer`]);
  });

  it("are the maintainers' to add: a viewer may not, with ACCESS_DENIED", async () => {
    const guru = await guruOf(member);
    await giveRole(guru.id, colleague, "viewer");
    const input = { guru: guru.slug, email: owner.email };
    expect(await addViewer.execute({ principal: colleague, request, input })).toMatchObject({
      code: "forbidden",
    });
    const gone = { guru: guru.slug, accountId: colleague.accountId };
    expect(await removeViewer.execute({ principal: colleague, request, input: gone })).toMatchObject({
      code: "forbidden",
    });
    expect((await product.events("access.denied")).at(-1)).toMatchObject({ actor_id: colleague.accountId });
  });

  it("are none when the log takes no event", async () => {
    const guru = await guruOf(member);
    const mend = await breakTheLog(product);
    const input = { guru: guru.slug, email: colleague.email };
    const result = await addViewer.execute({ principal: member, request, input });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await rolesIn(guru.slug)).toEqual([`${member.email} maintainer`]);
  });
});
