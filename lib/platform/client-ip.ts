import "server-only";
import ipaddr from "ipaddr.js";
import { parseAddress } from "./ip-address";
import { isTrusted, type TrustedProxies } from "./trusted-proxies";

/** More proxies than this stand in no real chain; a longer header is an attack on our time. */
const MOST_HOPS = 100;

type ClientAddressInput = {
  /** The peer of the TCP connection, as `socket.remoteAddress` gives it. */
  socketAddress: string;
  /** X-Forwarded-For as received; several headers as a list, in their order. */
  forwardedFor: string | readonly string[] | undefined;
  trusted: TrustedProxies;
};

/**
 * Says who sent a request: the socket's peer, unless that peer is a trusted proxy. Then X-Forwarded-For is walked
 * from the right, as each proxy appends the peer it saw, and the first address that is no trusted proxy wins; when
 * all are trusted it is the leftmost. A hop that is not an address stops the walk and the socket's address is used,
 * as nothing behind it was vouched for. At most 100 hops are looked at; a header with more trusted hops than
 * that gives the socket's address.
 *
 * @returns a canonical address: IPv4 dotted, IPv6 as in RFC 5952, without port, brackets or zone
 * @throws Error when `socketAddress` itself is not an address
 */
export function resolveClientAddress({ socketAddress, forwardedFor, trusted }: ClientAddressInput): string {
  const peer = parseAddress(socketAddress);
  if (!peer) throw new Error("The socket's peer has no IP address.");
  const header = (typeof forwardedFor === "string" ? forwardedFor : (forwardedFor ?? []).join(",")).trim();
  if (header === "" || !isTrusted(trusted, peer)) return peer.toString();

  let end = header.length;
  for (let hops = 0; hops < MOST_HOPS; hops += 1) {
    const comma = end === 0 ? -1 : header.lastIndexOf(",", end - 1);
    const hop = parseAddress(header.slice(comma + 1, end).trim());
    if (!hop) return peer.toString();
    if (comma === -1 || !isTrusted(trusted, hop)) return hop.toString();
    end = comma;
  }
  return peer.toString();
}

/**
 * The key under which attempts of an address are counted: an IPv6 client owns its whole /64 and could otherwise
 * change its address with every attempt.
 *
 * @returns the address itself for IPv4, `<network>/64` for IPv6
 * @throws Error when `ip` is not an address
 */
export function rateKeyOfAddress(ip: string): string {
  const address = parseAddress(ip);
  if (!address) throw new Error("Not an IP address.");
  if (address.kind() === "ipv4") return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}
