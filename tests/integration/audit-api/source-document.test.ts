import { readFileSync } from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as getActions } from "@/app/api/ee/audit/actions/route";
import { GET as getSchema } from "@/app/api/ee/audit/schema/route";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { allEvents } from "@/lib/audit/catalogue/registry";
import { completeOnboarding } from "@/lib/features/accounts/commands/complete-onboarding";
import { register } from "@/lib/features/accounts/commands/register";
import { signOut } from "@/lib/features/accounts/commands/sign-out";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { deleteApiKey } from "@/lib/features/api-keys/commands/delete-api-key";
import { runWithRequest } from "@/lib/platform/request-context";
import { byKey, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { insertEvents } from "../sealer/events-for-tests";
import { type ApiRecord, ask, cookieOf, keyOf, records } from "./api-harness";
import { comeAndGo, firstSignIns, searchCodeOnce } from "./fixed-flows";

const sourceSchema = JSON.parse(readFileSync("tests/fixtures/sourcebot-audit-schema.json", "utf8")) as object;
const fixedActions = allEvents
  .filter((e) => e.fixed)
  .map((e) => e.action)
  .sort();
const request = testRequest;

let product: TestProduct;
let owner: UserPrincipal;
let list: ApiRecord[];

function validator(schema: object) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  return (value: unknown) =>
    validate(value) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}

async function published(route: typeof getSchema): Promise<unknown> {
  const context = { ip: "203.0.113.9", requestId: "r", nonce: "n", proto: "http" as const };
  const answer = await runWithRequest(context, () =>
    route(new Request("http://localhost:3000/api/ee/audit/x"), { params: Promise.resolve({}) }),
  );
  expect(answer.status).toBe(200);
  return answer.json();
}

/** Every fixed action that can happen so far, through its real command, where it may by a key too. */
beforeAll(async () => {
  product = await createTestProduct();
  const onboarded = await completeOnboarding.execute({
    principal: anonymousPrincipal,
    request,
    input: {
      setupToken: product.runtime.keys.setupToken,
      organization: "Halden Works",
      name: "Owner",
      email: "owner@halden.example",
      password: "a long and unusual pass phrase 71",
      joinWithoutApproval: false,
    },
  });
  if (!onboarded.ok) throw new Error(onboarded.message);
  const [account] = await product.admin<
    { id: string }[]
  >`select id from account where email_key = 'owner@halden.example'`;
  owner = {
    kind: "user",
    accountId: account?.id ?? "",
    email: "owner@halden.example",
    name: "Owner",
    orgId: 1,
    role: "owner",
    sessionHash: "",
    mustChangePassword: false,
    mustEnrolFactor: false,
    timeZone: "UTC",
  };
  await register.execute({
    principal: anonymousPrincipal,
    request,
    input: { name: "Late", email: "late@halden.example", password: "another long pass phrase 72" },
  });
  await comeAndGo(product, owner);
  await firstSignIns(product);
  for (const principal of [owner, byKey(owner)]) {
    await createApiKey.execute({ principal, request, input: { name: "ci" } });
    await createApiKey.execute({ principal, request, input: { name: "ci" } });
    await deleteApiKey.execute({ principal, request, input: { name: "ci" } });
    await deleteApiKey.execute({ principal, request, input: { name: "ci" } });
    await searchCodeOnce(principal);
  }
  const cookie = await cookieOf(owner);
  const signedIn = await principalOfCookie(cookie.slice(cookie.indexOf("=") + 1));
  if (!signedIn) throw new Error("nobody is signed in");
  await signOut.execute({ principal: signedIn, request, input: {} });
  await insertEvents(product.admin, [
    {
      actor_type: "anonymous",
      actor_id: "anonymous",
      action: "user.sign_in_failed",
      target_label: "x@halden.example",
    },
    { actor_type: "system", action: "datasource.indexed" },
  ]);
  list = await records(ask("", { key: await keyOf(owner) }));
});
afterAll(() => product.close());

describe("the source document", () => {
  it("has each fixed action that can happen, recorded by its own flow, to the letter of its schema", () => {
    const valid = validator(sourceSchema);
    const fixed = list.filter((r) => fixedActions.includes(r.action));
    expect([...new Set(fixed.map((r) => r.action))].sort()).toEqual(fixedActions);
    expect(fixedActions.length).toBeGreaterThan(6);
    expect(valid(fixed)).toEqual([]);
    for (const record of fixed) {
      expect(record.actorType).toBe("user");
      expect(record.sourcebotVersion).toBe(product.runtime.version);
      expect(record.orgId).toBe(1);
    }
  });

  it("pairs each fixed action with the actor and target type of its table", () => {
    const table = [...sourceTable().entries()].filter(([action]) => fixedActions.includes(action));
    expect(table.map(([action]) => action).sort()).toEqual(fixedActions);
    for (const [action, types] of table) {
      for (const record of list.filter((r) => r.action === action))
        expect(`${action} ${record.actorType} ${record.targetType}`).toBe(`${action} ${types}`);
    }
  });

  it("has a schema that our widened one only widens in its enums; every record of ours fits it", async () => {
    const widened = (await published(getSchema)) as Record<string, unknown>;
    expect(validator(widened)(list)).toEqual([]);
    const withoutEnums = (schema: unknown) =>
      JSON.parse(JSON.stringify(schema), (key, value) => (key === "enum" ? "widened" : value));
    expect(withoutEnums(widened)).toEqual(withoutEnums(sourceSchema));
    const enums = (schema: unknown) => {
      const found: Record<string, string[]> = {};
      const { items } = schema as { items: { properties: Record<string, { enum?: string[] }> } };
      for (const [name, property] of Object.entries(items.properties))
        if (property.enum) found[name] = property.enum;
      return found;
    };
    for (const [name, values] of Object.entries(enums(sourceSchema))) {
      expect(enums(widened)[name]).toEqual(expect.arrayContaining(values));
    }
  });

  it("has its curl work: the two headers and nothing else", async () => {
    const answer = await ask("", {
      headers: {
        "x-org-domain": "~",
        "x-sourcebot-api-key": await keyOf(owner),
        accept: "*/*",
        "user-agent": "curl/8.9.1",
      },
    });
    expect((await records(answer)).length).toBeGreaterThan(list.length);
  });
});

describe("the published catalogue", () => {
  it("names every recorded action with both its names", async () => {
    const actions = (await published(getActions)) as { action: string; operation: string }[];
    expect(actions.map((a) => a.action)).toEqual(allEvents.map((e) => e.action));
    for (const record of list) expect(actions.some((a) => a.action === record.action)).toBe(true);
  });
});

/** The document's table of actions, with actor and target type. */
function sourceTable(): Map<string, string> {
  const rows = `api_key.creation_failed user org|api_key.created user api_key|api_key.deletion_failed user org|api_key.deleted user api_key|user.creation_failed user user|user.owner_created user org|user.performed_code_search user org|user.performed_find_references user org|user.performed_goto_definition user org|user.jit_provisioning_failed user org|user.jit_provisioned user org|user.join_request_creation_failed user org|user.join_requested user org|user.join_request_approve_failed user account_join_request|user.join_request_approved user account_join_request|user.invite_failed user org|user.invites_created user org|user.invite_accept_failed user invite|user.invite_accepted user invite|user.signed_in user user|user.signed_out user user|org.ownership_transfer_failed user org|org.ownership_transferred user org`;
  return new Map(
    rows.split("|").map((row) => [row.slice(0, row.indexOf(" ")), row.slice(row.indexOf(" ") + 1)]),
  );
}
