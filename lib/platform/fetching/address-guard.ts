import "server-only";
import ipaddr from "ipaddr.js";
import { parseAddress } from "../ip-address";
import { type IpNetwork, isWithin, parseNetworks } from "../ip-network";

/** `open`: private or reserved, but in a range that the operator opened. */
export type AddressStanding = "public" | "open" | "closed";

/** All that the IANA has given out as global unicast of IPv6 (RFC 4291, 2.4); whatever else there is, is not the web. */
const globalUnicast: readonly IpNetwork[] = [[ipaddr.parse("2000::"), 3]];

/**
 * Tells to which network addresses a connection may be made. Allowed is what is public, not what is not on a list: a form
 * of address that nobody thought of is closed.
 */
export class AddressGuard {
  readonly #opened: readonly IpNetwork[];

  /** @param opened ranges opened on purpose, as `GURULOG_ALLOW_PRIVATE_CIDRS` has them */
  constructor(opened: string) {
    this.#opened = parseNetworks(opened);
  }

  /** @param text a numeric address, as a resolver or a socket gives it */
  standing(text: string): AddressStanding {
    // IPv4 inside IPv6 comes back as the IPv4 address that it leads to.
    const address = parseAddress(text);
    if (address === null) return "closed";
    if (isWithin(this.#opened, address)) return "open";
    if (address.range() !== "unicast") return "closed";
    return address.kind() === "ipv4" || isWithin(globalUnicast, address) ? "public" : "closed";
  }
}
