import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";

/** What the HTTP front knows of the request being served. */
export type RequestContext = {
  /** Canonical client address (see `resolveClientAddress`). */
  ip: string;
  /** UUID v4, also sent as the response header `x-request-id`. */
  requestId: string;
  /** The nonce of this response's Content-Security-Policy. */
  nonce: string;
  /** As it was sent: Next serves a HEAD as a GET without its body. */
  method?: string;
  /** The scheme that the browser used, as far as it can be trusted. */
  proto: "http" | "https";
};

const KEY = Symbol.for("gurulog.request");
type Shared = { [KEY]?: AsyncLocalStorage<RequestContext> };

/** Next's bundle and the server's bundle are separate module graphs, so the store is shared through `globalThis`. */
function storage(): AsyncLocalStorage<RequestContext> {
  const shared = globalThis as Shared;
  shared[KEY] ??= new AsyncLocalStorage<RequestContext>();
  return shared[KEY];
}

/**
 * The request being served: in route handlers, server components and server actions. Not in middleware.
 *
 * @throws Error outside a request. There is no default on purpose: a guessed address would be written into the log,
 *   and throwing is what shows that the server was started without its front.
 */
export function currentRequest(): RequestContext {
  const context = storage().getStore();
  if (!context) {
    throw new Error(
      "There is no current request: start the server through its HTTP front, with `npm start`.",
    );
  }
  return context;
}

/** Runs `fn`, and whatever it starts, with `context` as the current request. */
export function runWithRequest<T>(context: RequestContext, fn: () => T): T {
  return storage().run(context, fn);
}
