import { createServer } from "node:net";
import { errorCode, StartError } from "./start-error";

/**
 * Refuses to go on when the address cannot be listened on. Called before the database is touched: a second start
 * that failed on its port only later would, while backing out, stop the database of the first.
 *
 * @throws StartError naming the variable to set.
 */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw new StartError(explain(errorCode(error), host, port), { cause: error });
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function explain(code: string | undefined, host: string, port: number): string {
  if (code === "EADDRINUSE") return `Port ${port} on ${host} is taken. Set PORT to a free one.`;
  if (code === "EACCES")
    return `Port ${port} on ${host} may not be used by this user. Set PORT to one above 1023.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `${host} is no address of this machine. Set HOST to one that is, such as 127.0.0.1.`;
  }
  return `Cannot listen on ${host}:${port} (${code ?? "unknown error"}). Set HOST and PORT.`;
}

/** A port that nobody listens on at the moment. Another process may take it first, so callers try again. */
export async function findFreePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port: 0, exclusive: true }, resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("the operating system gave no port");
  return address.port;
}
