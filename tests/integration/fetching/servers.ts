import http, { type RequestListener } from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";
import { afterEach } from "vitest";

/** Loopback, as the tests' servers have it; the product opens it only where a test says so. */
export const loopback = "127.0.0.0/8";

export interface TestHost {
  port: number;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** Connections that were made to it. */
  connections: () => number;
  close: () => Promise<void>;
}

const open: TestHost[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((host) => host.close()));
});

/** A real HTTP server on a port of its own, closed after the test. */
export function serve(answer: RequestListener, address = "127.0.0.1"): Promise<TestHost> {
  return listening(http.createServer(answer), address);
}

/** A server that speaks as the test likes: bytes, not HTTP. */
export function serveBytes(answer: (socket: Socket, request: string) => void): Promise<TestHost> {
  return listening(
    net.createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data) => answer(socket, String(data)));
    }),
    "127.0.0.1",
  );
}

const given = new Set<number>();

/** Of a port that the file's tests had before, a source may still be there, which is the double of another's. */
async function freshPort(server: net.Server, address: string): Promise<number> {
  for (;;) {
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    const { port } = server.address() as AddressInfo;
    if (!given.has(port)) {
      given.add(port);
      return port;
    }
    await new Promise((resolve) => server.close(resolve));
  }
}

async function listening(server: net.Server, address: string): Promise<TestHost> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const port = await freshPort(server, address);
  const host: TestHost = {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  open.push(host);
  return host;
}
