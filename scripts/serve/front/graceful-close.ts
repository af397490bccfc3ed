import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

type Draining = {
  close: () => Promise<void>;
  /** Whether an answer is on its way on this connection: its first bytes are out, its last ones are not. */
  isAnswering: (socket: Duplex) => boolean;
};

/**
 * Keeps count of the running answers of a server, so that closing can wait for them and for nothing else.
 *
 * @param closeMs how long `close` waits for running answers before it cuts them
 */
export function drainOnClose(server: Server, closeMs: number): Draining {
  const running = new Map<ServerResponse, Duplex>();
  let closing: Promise<void> | undefined;

  const track = (req: IncomingMessage, res: ServerResponse) => {
    running.set(res, req.socket);
    if (closing) lastOnItsConnection(res);
    res.once("close", () => {
      running.delete(res);
      // The connection counts as idle only after this event.
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  };
  server.on("request", track).on("checkContinue", track);

  return {
    isAnswering: (socket) => [...running].some(([res, on]) => on === socket && res.headersSent),
    close() {
      closing ??= new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), closeMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
        for (const res of running.keys()) lastOnItsConnection(res);
      });
      return closing;
    },
  };
}

/** Tells the client to open another connection (elsewhere) for its next request. */
function lastOnItsConnection(res: ServerResponse): void {
  if (!res.headersSent) res.shouldKeepAlive = false;
}
