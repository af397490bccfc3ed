import type { Server } from "node:http";

/**
 * Keeps a server without `upgrade` listeners, so that requests with an Upgrade header are served as plain ones. Next
 * registers such a listener with its first request (for its development reload); through it a request would go past
 * the front with its headers unchanged.
 */
export function ignoreUpgrades(server: Server): void {
  server.on("newListener", (event) => {
    // The listener is in place only after this event; no request can be read before the next tick.
    if (event === "upgrade") process.nextTick(() => server.removeAllListeners("upgrade"));
  });
}
