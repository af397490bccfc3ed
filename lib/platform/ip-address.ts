import "server-only";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

const IPV4_WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/;
const BRACKETED = /^\[([^[\]]+)\](?::(\d{1,5}))?$/;
const ZONE = /%[0-9A-Za-z._~-]{1,32}$/;
/** `::1.2.3.4` is the withdrawn IPv4-compatible form; ipaddr.js takes it for `::ffff:1.2.3.4`, which is another address. */
const IPV4_COMPATIBLE = /^::\d+\./;
const LONGEST = 100;

/**
 * Reads one address as proxies and sockets write it: with or without port, brackets and zone.
 * IPv4-mapped IPv6 comes back as IPv4, zones are dropped. Octal, hexadecimal and shortened IPv4 are refused.
 *
 * @returns the address, or null when the text is not exactly one address
 */
export function parseAddress(text: string): IpAddress | null {
  if (text.length > LONGEST) return null;
  const matched = IPV4_WITH_PORT.exec(text) ?? BRACKETED.exec(text);
  if (matched && Number(matched[2] ?? 0) > 65_535) return null;
  const host = (matched?.[1] ?? text).replace(ZONE, (zone, at: number, whole: string) =>
    whole.slice(0, at).includes(":") ? "" : zone,
  );
  if (isIP(host) === 0 || IPV4_COMPATIBLE.test(host)) return null;
  return ipaddr.process(host);
}
