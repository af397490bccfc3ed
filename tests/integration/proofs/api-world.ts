import { expect } from "vitest";
import * as checkpointRoute from "@/app/api/ee/audit/checkpoint/route";
import * as consistencyRoute from "@/app/api/ee/audit/consistency/route";
import * as proofRoute from "@/app/api/ee/audit/proof/route";
import * as tileRoute from "@/app/api/ee/audit/tile/[...tile]/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { keyOf } from "@/tests/integration/audit-api/api-harness";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { askRoute, sealAll, signHead } from "./sealed-world";

/** Sizes at which a checkpoint is signed. */
export const first = 700;
export const second = 1_500;
/** An id that no event has. */
export const outside = "10000000-0000-7000-8000-000000000000";

const named = {
  checkpoint: checkpointRoute,
  consistency: consistencyRoute,
  proof: proofRoute,
  tile: tileRoute,
};
/** An address of each, with the route behind it. */
export const routes = {
  "/checkpoint": checkpointRoute,
  "/consistency?from=1": consistencyRoute,
  [`/proof?event=${outside}`]: proofRoute,
  "/tile/0/000.p/1": tileRoute,
};
export const api = "/api/ee/audit";

type Options = NonNullable<Parameters<typeof askRoute>[2]>;

/** Asks an address below the log's, by the route that Next would choose. */
function askProof(path: string, options: Options): Promise<Response> {
  const route = named[(path.split(/[/?]/)[1] ?? "") as keyof typeof named];
  const params = { tile: (path.split("/tile/")[1] ?? "").split("/") };
  const handler = options.method === "HEAD" ? route.HEAD : route.GET;
  return askRoute(handler as never, api + path, { params, ...options });
}

/** Status and code of an error, which must have exactly the three keys of the family. */
export async function refused(given: Response): Promise<string> {
  const body = (await given.json()) as { statusCode: number; errorCode: string; message: string };
  expect(Object.keys(body)).toEqual(["statusCode", "errorCode", "message"]);
  expect(body.statusCode).toBe(given.status);
  expect(body.message.length).toBeGreaterThan(10);
  return `${given.status} ${body.errorCode}`;
}

export interface ApiWorld {
  product: TestProduct;
  owner: UserPrincipal;
  /** The owner's. */
  key: string;
  origin: string;
  /** Of the log in order, but the first, which is the key's. */
  ids: string[];
  /** Of another organization. */
  foreignId: string;
  /** Sealed, and under no checkpoint yet. */
  unsigned: string;
  ask(path: string, options?: Options): Promise<Response>;
}

/** A log under two checkpoints, and one event more. */
export async function makeApiWorld(): Promise<ApiWorld> {
  const product = await createTestProduct();
  const owner = await product.person("owner@halden.example", "owner");
  await product.admin`insert into organization (id, name, domain) values (2, 'Other', 'other')`;
  const [head] = await product.admin`select origin from audit_head where org_id = 1`;
  const key = await keyOf(owner);
  const ask = (path: string, options: Options = {}) => askProof(path, { key, ...options });
  await expectNothingYet(ask);
  const ids = (await insertEvents(product.admin, variedEvents(first - 1))).map((e) => e.id);
  const [foreign] = await insertEvents(product.admin, [{ org_id: 2 }]);
  await sealAll(product);
  expect(await signHead(product)).toBe(first);
  ids.push(...(await insertEvents(product.admin, variedEvents(second - first))).map((e) => e.id));
  await sealAll(product);
  expect(await signHead(product)).toBe(second);
  const [unsigned] = await insertEvents(product.admin, variedEvents(1));
  await sealAll(product);
  return {
    ...{ product, owner, key, ask, ids, origin: head?.origin as string },
    ...{ foreignId: foreign?.id ?? "", unsigned: unsigned?.id ?? "" },
  };
}

async function expectNothingYet(ask: ApiWorld["ask"]): Promise<void> {
  for (const path of Object.keys(routes)) {
    const given = await ask(path);
    expect(await given.clone().text()).toContain("No checkpoint");
    expect(await refused(given)).toBe("404 NOT_FOUND");
  }
}
