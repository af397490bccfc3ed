import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sitePage } from "./material";

/** A site on loopback. */
export interface Site {
  urls: string[];
  bytes: number;
  close(): void;
}

/** @param pages how many it has */
export async function startSite(pages: number): Promise<Site> {
  const bodies = Array.from({ length: pages }, (_, n) => Buffer.from(sitePage(n, pages)));
  const server = createServer((request, response) => {
    const body = bodies[Number(/^\/page-(\d+)$/.exec(request.url ?? "")?.[1] ?? -1)];
    if (!body) {
      response.writeHead(404, { "content-type": "text/plain" }).end("not here");
      return;
    }
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8", "content-length": body.length })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urls: bodies.map((_, n) => `http://127.0.0.1:${port}/page-${n}`),
    bytes: bodies.reduce((sum, body) => sum + body.length, 0),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
