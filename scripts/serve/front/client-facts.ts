import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { resolveClientAddress } from "@/lib/platform/client-ip";
import { parseAddress } from "@/lib/platform/ip-address";
import { isTrusted, type TrustedProxies } from "@/lib/platform/trusted-proxies";
import type { ClientFacts, Relay } from "./relay";

const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

type FactsInput = {
  req: IncomingMessage;
  trusted: TrustedProxies;
  publicUrl: URL | undefined;
  relay: Relay;
};

/**
 * Finds out who asks, and what for address the browser shows. X-Forwarded-* counts from trusted proxies only.
 *
 * @returns the facts; `own` for a request that Next sent to this server itself; null when the connection is already
 *   gone or the Host is not a host name
 */
export function readClientFacts(input: FactsInput): { facts: ClientFacts; own: boolean } | null {
  const { req, trusted, publicUrl, relay } = input;
  const { remoteAddress, localAddress } = req.socket;
  const peer = remoteAddress === undefined ? null : parseAddress(remoteAddress);
  if (remoteAddress === undefined || !peer) return null;

  if (peer.range() === "loopback" || remoteAddress === localAddress) {
    const relayed = relay.open(req.headers);
    if (relayed) return { facts: relayed, own: true };
  }
  const proxied = isTrusted(trusted, peer);
  const ip = resolveClientAddress({
    socketAddress: remoteAddress,
    forwardedFor: req.headers["x-forwarded-for"],
    trusted,
  });
  const proto = publicUrl ? schemeOf(publicUrl) : proxied ? forwardedProto(req.headers) : "http";
  const host = normalHost(
    (proxied ? lastOf(req.headers["x-forwarded-host"]) : undefined) ?? req.headers.host ?? publicUrl?.host,
    proto,
  );
  return host === null ? null : { facts: { ip, requestId: randomUUID(), proto, host }, own: false };
}

/** The rightmost value: the trusted proxy next to us appended it, what stands left of it may be the client's. */
function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(",") : header;
  return text?.split(",").at(-1)?.trim() || undefined;
}

function forwardedProto(headers: IncomingHttpHeaders): "http" | "https" {
  return lastOf(headers["x-forwarded-proto"])?.toLowerCase() === "https" ? "https" : "http";
}

function schemeOf(url: URL): "http" | "https" {
  return url.protocol === "https:" ? "https" : "http";
}

/** Lower case and without the default port, as browsers write it into Origin. */
function normalHost(host: string | undefined, proto: "http" | "https"): string | null {
  const text = (host ?? "").toLowerCase();
  if (!HOST.test(text)) return null;
  const url = `${proto}://${text}`;
  return URL.canParse(url) ? new URL(url).host : null;
}
