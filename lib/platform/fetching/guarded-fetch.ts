import "server-only";
import type { Readable } from "node:stream";
import { Agent, errors, request } from "undici";
import { runtime } from "../runtime";
import { AddressGuard } from "./address-guard";
import { FetchRefused } from "./fetch-refused";
import { guardedConnector, type Resolve, systemResolve } from "./guarded-connector";
import { acceptEncoding, inflateBody, tooLarge } from "./inflate-body";
import { notHttp, wordsFor } from "./network-errors";
import { userAgentName } from "./user-agent-name";
import { parseWebAddress } from "./web-address";

const limits = { redirects: 3, bytes: 10 * 1024 * 1024, ms: 15_000, headerBytes: 16 * 1024 } as const;
const redirectStatus = new Set([301, 302, 303, 307, 308]);

export interface FetchOptions {
  /** By default GET. Another is sent to the address given and nowhere else: where that leads on, it is refused. */
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Of a request that is not GET; its content type is one of `headers`. */
  send?: string;
  accept?: string;
  /** By default our name and version. */
  userAgent?: string;
  /** Sent to the first address's origin only, never to where a redirect leads. */
  authorization?: string;
  /** Sent to every address on the way; none that is secret. */
  headers?: Readonly<Record<string, string>>;
  /** Bytes of the answer, after inflating; never more than 10 MiB, and by default so many. */
  maxBytes?: number;
  /** For all of it: names, redirects, answer. At most, and by default, 15 s. */
  timeoutMs?: number;
  /** Plain http only to ranges that were opened on purpose. */
  httpsOnly?: boolean;
  signal?: AbortSignal;
  /** Ranges opened on purpose; by default those of GURULOG_ALLOW_PRIVATE_CIDRS. */
  opened?: string;
  resolve?: Resolve;
}

export interface Fetched {
  /** Where the answer came from, after redirects. */
  url: URL;
  /** The network address that gave it. */
  address: string;
  status: number;
  /** Lower case; the first of a repeated one. */
  header(name: string): string | undefined;
  body: Buffer;
}

/**
 * Gets what stands at an address that somebody else chose, or sends something there. Every address of every hop is judged when it is connected to,
 * redirects (at most three) like the first; proxies of the environment are not used; no cookie is sent or kept.
 * @throws FetchRefused with the reason in words; the signal's reason when the caller ended it
 */
export async function guardedFetch(address: string | URL, options: FetchOptions = {}): Promise<Fetched> {
  const timeoutMs = Math.min(options.timeoutMs ?? limits.ms, limits.ms);
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  // A redirect may lead back to a connection made before.
  const connectedTo = new Map<string, string>();
  const agent = new Agent({
    connect: guardedConnector({
      guard: new AddressGuard(options.opened ?? runtime().env.GURULOG_ALLOW_PRIVATE_CIDRS),
      resolve: options.resolve ?? systemResolve,
      timeoutMs,
      httpsOnly: options.httpsOnly ?? false,
      onConnected: (to, hostname, port) => connectedTo.set(`${hostname} ${port}`, to),
    }),
    maxHeaderSize: limits.headerBytes,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  let at: URL | null = null;
  try {
    at = parseWebAddress(String(address));
    const first = at.origin;
    for (let hop = 0; ; hop++) {
      signal.throwIfAborted();
      const answer = await untilAborted(answerOf(at, agent, options, at.origin === first, signal), signal);
      if (answer.next === undefined) {
        const host = at.hostname.replace(/^\[|\]$/g, "");
        return { url: at, address: connectedTo.get(`${host} ${at.port}`) ?? "", ...answer.fetched };
      }
      if ((options.method ?? "GET") !== "GET")
        throw new FetchRefused(
          "redirects",
          `${at.host} leads on to another address, and what is sent there is not sent on. Give that address.`,
        );
      if (hop === limits.redirects)
        throw new FetchRefused(
          "redirects",
          `The address leads on more than ${limits.redirects} times. Give the last one.`,
        );
      at = parseWebAddress(answer.next, at);
    }
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (deadline.aborted)
      throw new FetchRefused(
        "timeout",
        `${at?.host ?? "The server"} took longer than ${timeoutMs / 1_000} s to answer.`,
      );
    throw wordsFor(error, at?.host ?? "The server");
  } finally {
    await agent.destroy();
  }
}

type Answer = { next: string; fetched?: never } | { next?: never; fetched: Omit<Fetched, "url" | "address"> };

async function answerOf(
  url: URL,
  dispatcher: Agent,
  options: FetchOptions,
  isFirstOrigin: boolean,
  signal: AbortSignal,
): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, {
    dispatcher,
    signal,
    method: options.method ?? "GET",
    ...(options.send === undefined ? {} : { body: options.send }),
    headers: {
      ...options.headers,
      "user-agent": options.userAgent ?? `${userAgentName}/${runtime().version}`,
      accept: options.accept ?? "*/*",
      "accept-encoding": acceptEncoding,
      ...(options.authorization && isFirstOrigin ? { authorization: options.authorization } : {}),
    },
  }).catch((error: unknown) => {
    // Of a body that has not begun, the length cannot be wrong: what is wrong is its header, as when there are two.
    throw error instanceof errors.ResponseContentLengthMismatchError ? notHttp(url.host) : error;
  });
  // A body that is left behind may still fail; nobody waits for it any more.
  body.on("error", () => {});
  const header = (name: string) => [headers[name] ?? []].flat()[0];
  const location = header("location");
  if (redirectStatus.has(statusCode) && location !== undefined) {
    body.destroy();
    return { next: location };
  }
  const maxBytes = Math.min(options.maxBytes ?? limits.bytes, limits.bytes);
  const packed = await readAtMost(body, maxBytes, Number(header("content-length") ?? 0));
  const whole = await inflateBody(packed, header("content-encoding"), maxBytes);
  return { fetched: { status: statusCode, header, body: whole } };
}

async function readAtMost(body: Readable, maxBytes: number, announced: number): Promise<Buffer> {
  if (announced > maxBytes) {
    body.destroy();
    throw tooLarge(maxBytes);
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

/** A request that still waits for its connection does not hear the signal; whoever asked does. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
