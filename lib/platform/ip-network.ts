import "server-only";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import type { IpAddress } from "./ip-address";

/** A network: its first address and the length of its prefix in bits. */
export type IpNetwork = readonly [IpAddress, number];

/**
 * Reads a comma-separated list of CIDRs; a plain address stands for itself alone.
 * IPv4-mapped IPv6 networks are read as the IPv4 networks they are. An empty text is no network.
 *
 * @throws Error naming the first entry that is not a network
 */
export function parseNetworks(csv: string | undefined): IpNetwork[] {
  const entries = (csv ?? "").split(",").map((entry) => entry.trim());
  return entries.filter((entry) => entry !== "").map(parseNetwork);
}

export function isWithin(networks: readonly IpNetwork[], address: IpAddress): boolean {
  return networks.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}

function parseNetwork(entry: string): IpNetwork {
  const [host = "", bits, ...rest] = entry.split("/");
  const family = isIP(host);
  const width = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  const wellFormed =
    family !== 0 && rest.length === 0 && prefix >= 0 && prefix <= width && !host.includes("%");
  if (!wellFormed) throw invalid(entry);
  const address = ipaddr.parse(host);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    // A shorter prefix would also cover addresses that are not IPv4: refuse rather than guess.
    if (prefix < 96) throw invalid(entry);
    return [address.toIPv4Address(), prefix - 96];
  }
  return [address, prefix];
}

function invalid(entry: string): Error {
  return new Error(
    `${JSON.stringify(entry.slice(0, 60))} is not a network. Write CIDRs separated by commas, such as 10.0.0.0/8, 2001:db8::/32.`,
  );
}
