import { signCheckpoint } from "@/lib/audit/proof/checkpoint";
import { signersOf } from "@/lib/audit/proof/signing-keys";
import { createSealer } from "@/lib/audit/seal/sealer";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import type { TestProduct } from "@/tests/support/product";

/** Seals all that waits, by the real sealer. */
export async function sealAll(product: TestProduct): Promise<number> {
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  let sealed = 0;
  try {
    for (let batch = -1; batch !== 0; sealed += batch) batch = await sealer.sealOnce();
  } finally {
    await sealer.stop();
  }
  return sealed + 1;
}

/** Signs the head as it stands, by the real keys, so that a test decides at which size. */
export async function signHead(product: TestProduct): Promise<number> {
  const [head] = await product.admin<{ origin: string; size: string; root: Buffer }[]>`
    select origin, size, root from audit_head where org_id = 1`;
  if (!head) throw new Error("there is no head");
  const size = Number(head.size);
  const note = signCheckpoint({ origin: head.origin, size, root: head.root }, signersOf(head.origin));
  await product.admin`
    insert into audit_checkpoint (org_id, origin, size, root, note) values (1, ${head.origin}, ${size}, ${head.root}, ${note})
    on conflict do nothing`;
  return size;
}

type Handler = (request: Request, context: { params: Promise<never> }) => Promise<Response>;

/** Asks a route as the front would; X-Org-Domain is sent unless it is overridden. */
export function askRoute(
  handler: Handler,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    key?: string;
    params?: unknown;
    body?: BodyInit;
  } = {},
): Promise<Response> {
  const headers = new Headers({ "x-org-domain": "~", ...options.headers });
  if (options.headers?.["x-org-domain"] === "") headers.delete("x-org-domain");
  if (options.key) headers.set("x-sourcebot-api-key", options.key);
  const request = new Request(`http://localhost:3000${path}`, {
    method: options.method ?? "GET",
    headers,
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const context = { ip: "203.0.113.50", requestId: mintId(), nonce: "n", proto: "http" as const };
  return runWithRequest(context, () =>
    handler(request, { params: Promise.resolve((options.params ?? {}) as never) }),
  );
}
