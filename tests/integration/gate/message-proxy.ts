import { connect, createServer, type Socket } from "node:net";

/** A proxy in front of a database that breaks one connection at one message of the client. */
export interface MessageProxy {
  readonly url: string;
  /**
   * Breaks the next connection on which a statement that fits is sent: before it arrives, or after the server has done
   * it, its answer held back.
   */
  breakAt(statement: RegExp, when: "before it arrives" | "after it is done"): void;
  /** Connections broken so far. */
  readonly broken: number;
  close(): Promise<void>;
}

/** Statements of a connection's messages in the order of their execution (Postgres protocol 3: Q, P and B). */
function statementReader(): (chunk: Buffer) => string[] {
  let rest = Buffer.alloc(0);
  let started = false;
  const prepared = new Map<string, string>();
  const text = (from: Buffer, at: number) => from.toString("utf8", at, from.indexOf(0, at));
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const found: string[] = [];
    for (;;) {
      // The first message has no type byte.
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return found;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return found;
      const type = started ? String.fromCharCode(rest[0] ?? 0) : "";
      const body = rest.subarray(head + 4, end);
      rest = rest.subarray(end);
      started = true;
      if (type === "Q") found.push(text(body, 0));
      if (type === "P") prepared.set(text(body, 0), text(body, text(body, 0).length + 1));
      if (type === "B") found.push(prepared.get(text(body, body.indexOf(0) + 1)) ?? "");
    }
  };
}

export async function messageProxy(databaseUrl: string): Promise<MessageProxy> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  let armed: { statement: RegExp; when: "before it arrives" | "after it is done" } | null = null;
  let broken = 0;

  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const read = statementReader();
    let isHeldBack = false;
    open.add(near);
    const end = () => {
      near.destroy();
      far.destroy();
      open.delete(near);
    };
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
    near.on("data", (chunk) => {
      const fits = armed;
      if (fits && read(chunk).some((statement) => fits.statement.test(statement))) {
        armed = null;
        broken += 1;
        if (fits.when === "before it arrives") return end();
        isHeldBack = true;
      } else if (!fits) read(chunk);
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (isHeldBack) end();
      else near.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    breakAt(statement, when) {
      armed = { statement, when };
    },
    get broken() {
      return broken;
    },
    async close() {
      for (const near of open) near.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
