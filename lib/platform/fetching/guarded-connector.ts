import "server-only";
import { promises as dns, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { buildConnector } from "undici";
import type { AddressGuard } from "./address-guard";
import { FetchRefused } from "./fetch-refused";

/** Gives the addresses of a name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export const systemResolve: Resolve = (hostname) => dns.lookup(hostname, { all: true, verbatim: true });

interface GuardedConnectorOptions {
  guard: AddressGuard;
  resolve: Resolve;
  /** Until a connection stands, TLS included. */
  timeoutMs: number;
  /** Without TLS only to ranges that were opened on purpose. */
  httpsOnly: boolean;
  /** Told the address of each connection that was made, and for which host and port. */
  onConnected?: (address: string, hostname: string, port: string) => void;
}

/**
 * Makes the connections of a fetch. The name is resolved once, every address it has is judged, and the connection goes to
 * one of exactly these: a name that leads elsewhere the next moment (DNS rebinding) is judged the next moment too.
 */
export function guardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  const { guard, resolve, timeoutMs, httpsOnly, onConnected } = options;
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    lookup: judgedLookup(guard, resolve),
  });
  return (target, callback) => {
    const { hostname, protocol } = target;
    // A numeric host is never looked up.
    if (isIP(hostname) !== 0 && guard.standing(hostname) === "closed") {
      queueMicrotask(() => callback(closed(hostname), null));
      return;
    }
    connect(target, (error, socket) => {
      if (error !== null) return callback(error, null);
      const problem = problemOf(socket, { guard, hostname, isPlain: protocol === "http:", httpsOnly });
      if (problem) {
        socket.destroy();
        return callback(problem, null);
      }
      onConnected?.(socket.remoteAddress ?? "", hostname, target.port);
      callback(null, socket);
    });
  };
}

/** The last word: where the socket in fact leads, before a byte of the request is sent. */
function problemOf(
  socket: Socket,
  about: { guard: AddressGuard; hostname: string; isPlain: boolean; httpsOnly: boolean },
): FetchRefused | null {
  const standing = about.guard.standing(socket.remoteAddress ?? "");
  if (standing === "closed") return closed(about.hostname);
  if (about.isPlain && about.httpsOnly && standing === "public")
    return new FetchRefused("scheme", "Over the internet this is fetched by https:// only.");
  return null;
}

function judgedLookup(guard: AddressGuard, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    const judged = async () => {
      const found = await resolve(hostname);
      // One closed address is enough: a connection may be tried with each of them.
      if (found.some(({ address }) => guard.standing(address) === "closed")) throw closed(hostname);
      return found;
    };
    judged().then(
      (found) => {
        const [first] = found;
        if (!first) return callback(noAddress(hostname), "", 0);
        if (options.all) return callback(null, found);
        callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}

function noAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" });
}

/** Does not say which address: that would let people ask the network's own name server. */
function closed(hostname: string): FetchRefused {
  return new FetchRefused(
    "address",
    `${hostname} leads to an address that is private, local or reserved, and such are not fetched from. ` +
      "If it is meant to be read, whoever runs Gurulog opens its range with GURULOG_ALLOW_PRIVATE_CIDRS.",
  );
}
