import "server-only";
import type { IpAddress } from "./ip-address";
import { type IpNetwork, isWithin, parseNetworks } from "./ip-network";

/** The networks whose X-Forwarded-* headers are believed. Made by `parseTrustedProxies` only. */
export type TrustedProxies = { readonly ranges: ReadonlyArray<IpNetwork> };

/**
 * Reads a comma-separated list of CIDRs; see `parseNetworks`. An empty text trusts nobody.
 *
 * @throws Error naming the first entry that is not a network
 */
export function parseTrustedProxies(csv: string | undefined): TrustedProxies {
  return { ranges: parseNetworks(csv) };
}

export function isTrusted(trusted: TrustedProxies, address: IpAddress): boolean {
  return isWithin(trusted.ranges, address);
}
