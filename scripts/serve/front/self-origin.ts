import type { AddressInfo } from "node:net";

/**
 * Where this process reaches its own front, for the pages that Next fetches from itself when an action redirects.
 * Next would guess from the browser's scheme and fail behind a TLS proxy; it reads `__NEXT_PRIVATE_ORIGIN` first.
 *
 * @returns an origin such as `http://127.0.0.1:3000`
 */
export function selfOrigin({ address, family, port }: AddressInfo): string {
  const host = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  return `http://${family === "IPv6" ? `[${host}]` : host}:${port}`;
}
