import { randomBytes } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { runWithRequest } from "@/lib/platform/request-context";
import type { TrustedProxies } from "@/lib/platform/trusted-proxies";
import { declaredLength, guardBody, hasBody } from "./body-guard";
import { refuseUnparsed } from "./client-error";
import { readClientFacts } from "./client-facts";
import { drainOnClose } from "./graceful-close";
import { replaceInboundHeaders } from "./inbound-headers";
import { DEFAULT_LIMITS, type FrontLimits } from "./limits";
import { isOriginAllowed } from "./origin-check";
import { prepareRefusal } from "./refusal";
import { createRelay } from "./relay";
import { contentSecurityPolicy, setSecurityHeaders } from "./security-headers";
import { ignoreUpgrades } from "./upgrades";

export type FrontOptions = {
  /** Next's request handler. A rejection is answered with a plain 500. */
  handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  trusted: TrustedProxies;
  /** GURULOG_URL: the only origin that may change things, and https switches HSTS on. */
  publicUrl?: URL | undefined;
  /** Origins besides our own to which a form may lead: the identity provider's. */
  formTargets?: readonly string[];
  /** 0 lets the system choose. */
  port: number;
  host: string;
  log: (context: string, error: unknown, requestId?: string) => void;
  /** Paths whose bodies may be as large as `limits.uploadBytes`. */
  uploadPaths?: RegExp;
  limits?: Partial<FrontLimits>;
};

export type Front = {
  /** Starts listening. Rejects with Node's error (`EADDRINUSE`, `EACCES`, ...) when the address cannot be had. */
  listen: () => Promise<AddressInfo>;
  /** Takes no more connections, lets running answers finish for `limits.closeMs`, then cuts the rest. */
  close: () => Promise<void>;
};

const UPLOAD_PATHS = /^\/(?:api\/)?uploads(?:\/|$)/;
/** Path steps that a URL parser further in would resolve, so that the front would judge another path than is served. */
const AMBIGUOUS_PATH = /\\|(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

/** Escapes that are no UTF-8 (`%`, `%ff`) name nothing; further in they would be an error of the server. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/**
 * The one door for HTTP: settles who asks (address, scheme, host) and tells the application so, sets the security
 * headers, and refuses foreign origins and bodies that are too large or too slow, before the application sees them.
 */
export function createFront(options: FrontOptions): Front {
  const { handle, trusted, publicUrl, log } = options;
  const limits: FrontLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const uploadPaths = options.uploadPaths ?? UPLOAD_PATHS;
  const relay = createRelay();

  function serve(req: IncomingMessage, res: ServerResponse, { expects = false } = {}): void {
    const url = req.url ?? "";
    const path = url.split("?", 1)[0] ?? "";
    const nonce = randomBytes(16).toString("base64");
    const policy = contentSecurityPolicy(nonce, options.formTargets);
    setSecurityHeaders(res, { policy, https: publicUrl?.protocol === "https:" });

    const found = readClientFacts({ req, trusted, publicUrl, relay });
    const requestId = found?.facts.requestId ?? "-";
    if (found) res.setHeader("x-request-id", requestId);
    const refuse = prepareRefusal(req, res, { path, requestId });
    if (!found || !path.startsWith("/") || AMBIGUOUS_PATH.test(path) || !isDecodable(path))
      return void refuse("badRequest");

    const { facts, own } = found;
    const question = { method: req.method ?? "", path, headers: req.headers, publicUrl, host: facts.host };
    if (!isOriginAllowed(question)) return void refuse("foreignOrigin");

    const limit = uploadPaths.test(path)
      ? { maxBytes: limits.uploadBytes, idleMs: limits.bodyMs, totalMs: limits.uploadMs }
      : { maxBytes: limits.bodyBytes, idleMs: limits.bodyMs, totalMs: limits.bodyMs };
    if (declaredLength(req) > limit.maxBytes) return void refuse("tooLarge");
    if (hasBody(req)) guardBody(req, limit, refuse);
    if (expects) res.writeContinue();

    replaceInboundHeaders(req, {
      own,
      facts: {
        "x-forwarded-for": facts.ip,
        "x-forwarded-proto": facts.proto,
        // Next compares this with Origin; behind a proxy that rewrites Host only the configured address is right.
        "x-forwarded-host": publicUrl?.host ?? facts.host,
        "x-request-id": requestId,
        "content-security-policy": policy,
        [relay.headerName]: relay.seal(facts),
      },
    });
    const failed = (error: unknown) => {
      // The client has gone, or was refused in mid-body: the handler's error is only the echo of that.
      if (res.writableEnded || res.destroyed) return;
      log("http", error, requestId);
      refuse("failed");
    };
    runWithRequest({ ip: facts.ip, requestId, nonce, proto: facts.proto, method: req.method ?? "" }, () => {
      void Promise.resolve()
        .then(() => handle(req, res))
        .catch(failed);
    });
  }

  const server = http.createServer({
    insecureHTTPParser: false,
    headersTimeout: limits.headersMs,
    // Ends a body at the latest; body-guard.ts is stricter on all paths but uploads.
    requestTimeout: Math.max(limits.uploadMs, limits.headersMs),
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersMs / 2),
    maxHeaderSize: limits.headerBytes,
  });
  // No bytes either way: a reader who stopped reading. One who reads slowly keeps the connection alive.
  server.timeout = limits.stalledMs;
  const draining = drainOnClose(server, limits.closeMs);
  ignoreUpgrades(server);
  // Asked now, the address stays known when the peer has gone in the meantime.
  server.on("connection", (socket) => void socket.remoteAddress);
  server.on("request", (req, res) => serve(req, res));
  server.on("checkContinue", (req, res) => serve(req, res, { expects: true }));
  server.on("clientError", (error, socket) => refuseUnparsed(error, socket, draining.isAnswering(socket)));

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ port: options.port, host: options.host }, () => {
          server.off("error", reject);
          server.on("error", (error) => log("http", error));
          resolve(server.address() as AddressInfo);
        });
      }),
    close: draining.close,
  };
}
