import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy in front of a database, whose connections a test can cut. */
export interface CuttingProxy {
  /** The database's URL, through the proxy. */
  readonly url: string;
  /** Ends every connection as a server that stops does; resolves when they are closed. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

export async function cuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    open.add(near);
    near
      .on("error", () => far.destroy())
      .on("close", () => {
        open.delete(near);
        far.destroy();
      });
    far.on("error", () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const url = new URL(databaseUrl);
  url.port = String(address.port);

  const cut = async (): Promise<void> => {
    const closed = [...open].map((near) => new Promise((resolve) => near.once("close", resolve).end()));
    await Promise.all(closed);
  };
  return {
    url: url.href,
    cut,
    async close() {
      for (const near of open) near.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
