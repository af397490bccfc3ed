import { connect, createServer } from "node:net";

/** Parameters of a connection that PgBouncer takes; it refuses whoever sends another. */
const taken = new Set([
  "user",
  "database",
  "client_encoding",
  "DateStyle",
  "TimeZone",
  "standard_conforming_strings",
  "application_name",
]);

/**
 * Stands in for PgBouncer in transaction mode, in what it asks of a client: no further parameters at the start, and no
 * statement before the last one's end, when the server's connection may go to somebody else.
 */
export interface TransactionPool {
  readonly url: string;
  /** Statements answered so far, so that a test sees that its own went this way. */
  readonly answered: number;
  /** What a real one would have refused, or lost. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Messages of one direction, as type and body (Postgres protocol 3). The client's first has no type. */
function messageReader(startsBare: boolean): (chunk: Buffer) => { type: string; body: Buffer }[] {
  let rest = Buffer.alloc(0);
  let bare = startsBare;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const found: { type: string; body: Buffer }[] = [];
    for (;;) {
      const head = bare ? 0 : 1;
      if (rest.length < head + 4) return found;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return found;
      found.push({
        type: bare ? "start" : String.fromCharCode(rest[0] ?? 0),
        body: rest.subarray(head + 4, end),
      });
      rest = rest.subarray(end);
      bare = false;
    }
  };
}

export async function transactionPool(databaseUrl: string): Promise<TransactionPool> {
  const target = new URL(databaseUrl);
  const complaints: string[] = [];
  let answered = 0;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const fromClient = messageReader(true);
    const fromServer = messageReader(false);
    let outstanding = 0;
    for (const socket of [near, far])
      socket
        .on("error", () => {})
        .on("close", () => {
          near.destroy();
          far.destroy();
        });
    near.on("data", (chunk) => {
      for (const { type, body } of fromClient(chunk)) {
        if (type === "start") {
          const words = body.toString("utf8", 4).split("\0");
          const names = words.filter((word, at) => at % 2 === 0 && word !== "");
          complaints.push(...names.filter((name) => !taken.has(name)));
        }
        if ("QP".includes(type) && outstanding > 0) complaints.push("a statement before the last one's end");
        if ("QS".includes(type)) outstanding += 1;
      }
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      for (const { type } of fromServer(chunk)) {
        if (type !== "Z") continue;
        outstanding = Math.max(0, outstanding - 1);
        answered += 1;
      }
      near.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the pool has no port");
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    complaints,
    get answered() {
      return answered;
    },
    async close() {
      server.unref();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
