import { createServer, type IncomingMessage } from "node:http";
import type { Configuration } from "oidc-provider";

/**
 * A real OpenID Connect provider as a process of its own. Whoever comes says who they are, in a `login_hint` or in the
 * form: the claims as JSON. Arguments: client id, client secret, redirect address, and what it does wrong on purpose.
 */
// Standard output is for our own lines; the library's notices (an unusual version of Node, keys made for the occasion) say
// nothing about the product.
console.info = () => {};
console.warn = () => {};
const { default: Provider } = await import("oidc-provider");

const [clientId = "", clientSecret = "", redirectUri = "", fault = ""] = process.argv.slice(2);

interface Claims {
  sub: string;
  [claim: string]: unknown;
}
const people = new Map<string, Claims>();

const configuration: Configuration = {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  // In the ID token too, as most providers do.
  conformIdTokenClaims: fault === "userinfo-only",
  features: { devInteractions: { enabled: false } },
  cookies: { keys: ["only for tests"] },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => people.get(sub) ?? { sub } }),
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({
      clientId: client?.clientId ?? "",
      accountId: session?.accountId ?? "",
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  // One that gives itself another name than that under which it is reached.
  const issuer = fault === "other-issuer" ? `http://localhost:${port}` : origin;
  const provider = new Provider(issuer, configuration);
  if (fault.startsWith("token-")) provider.use(spoilToken);
  if (fault === "plain-endpoint") provider.use(spoilDiscovery);
  const callback = provider.callback();
  server.on("request", async (req, res) => {
    const url = new URL(req.url ?? "/", origin);
    if (!url.pathname.startsWith("/interaction/")) return void callback(req, res);
    const { params } = await provider.interactionDetails(req, res);
    const hint = req.method === "POST" ? (await formOf(req)).get("login") : params.login_hint;
    if (typeof hint !== "string" || hint === "") {
      res.setHeader("content-type", "text/html");
      return void res.end(
        `<!doctype html><title>Provider</title><form method="post"><label>Login <input name="login"></label><button>Continue</button></form>`,
      );
    }
    if (hint === "cancel") {
      const refused = { error: "access_denied", error_description: "cancelled" };
      return void provider.interactionFinished(req, res, refused);
    }
    const claims = JSON.parse(hint) as Claims;
    people.set(claims.sub, claims);
    await provider.interactionFinished(req, res, { login: { accountId: claims.sub, remember: false } });
  });
  process.stdout.write(`${JSON.stringify({ issuer: origin })}\n`);
});

/** Changes a claim of the ID token on its way out. */
async function spoilToken(ctx: { path: string; body: unknown }, next: () => Promise<unknown>): Promise<void> {
  await next();
  const body = ctx.body as { id_token?: string } | undefined;
  if (ctx.path !== "/token" || !body?.id_token) return;
  const [head, payload = "", signature] = body.id_token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  if (fault === "token-issuer") claims.iss = "https://elsewhere.example";
  if (fault === "token-nonce") claims.nonce = "another one";
  if (fault === "token-audience") claims.aud = "another-client";
  if (fault === "token-expired") claims.exp = 1_000_000_000;
  if (fault === "token-subject") claims.sub = "somebody-else";
  const spoilt = Buffer.from(JSON.stringify(claims)).toString("base64url");
  ctx.body = { ...body, id_token: [head, spoilt, signature].join(".") };
}

/** Names an address for the exchange of the code that goes over the wire in the clear. */
async function spoilDiscovery(
  ctx: { path: string; body: unknown },
  next: () => Promise<unknown>,
): Promise<void> {
  await next();
  if (ctx.path === "/.well-known/openid-configuration")
    ctx.body = { ...(ctx.body as object), token_endpoint: "http://sso.example.com/token" };
}

async function formOf(req: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of req) text += chunk;
  return new URLSearchParams(text);
}
