import net from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { CopySocket, connected } from "./copy-socket";

let server: net.Server;
let address: { host: string[]; port: number[] };
let served: (socket: net.Socket) => void = () => {};
beforeAll(async () => {
  server = net.createServer({ noDelay: true }, (socket) => served(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = { host: ["127.0.0.1"], port: [(server.address() as net.AddressInfo).port] };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function message(type: string, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

/** Sends parts one by one, each after the one before was read, and says what came out at either end. */
async function exchanged(parts: Buffer[]): Promise<{ rows: Buffer; others: Buffer }> {
  const other = new Promise<net.Socket>((resolve) => {
    served = resolve;
  });
  const copy = new CopySocket();
  const rows: Buffer[] = [];
  const others: Buffer[] = [];
  let sent = 0;
  let wasRead: () => void = () => {};
  copy.handTo({
    take: (bytes, from, to) => rows.push(Buffer.from(bytes.subarray(from, to))),
    taken() {
      if (copy.socket.bytesRead >= sent) wasRead();
    },
  });
  copy.socket.on("data", (bytes: Buffer) => others.push(bytes));
  await connected(copy.socket, address, 5_000);
  const sender = await other;
  for (const part of parts) {
    sent += part.length;
    await new Promise<void>((resolve) => {
      wasRead = resolve;
      sender.write(part);
    });
  }
  const closed = new Promise((resolve) => copy.socket.once("close", resolve));
  sender.end();
  await closed;
  return { rows: Buffer.concat(rows), others: Buffer.concat(others) };
}

describe("the socket of a copy", () => {
  it("hands rows to the sink and every other message to the driver, wherever the bytes are cut", async () => {
    const messages = fc.array(
      fc.record({
        type: fc.constantFrom("d", "d", "d", "c", "N", "Z"),
        bytes: fc.oneof(
          { weight: 5, arbitrary: fc.uint8Array({ maxLength: 60 }) },
          {
            weight: 1,
            arbitrary: fc.integer({ min: 65_000, max: 200_000 }).map((n) => new Uint8Array(n).fill(n)),
          },
        ),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), async (all, cuts) => {
        const bytes = Buffer.concat(all.map((m) => message(m.type, m.bytes)));
        const inside = cuts.filter((at) => at > 0 && at < bytes.length);
        const places = [...new Set([0, ...inside, bytes.length])].sort((a, b) => a - b);
        const { rows, others } = await exchanged(
          places.slice(1).map((to, i) => bytes.subarray(places[i], to)),
        );
        const isRow = (m: { type: string }) => m.type === "d";
        expect(rows.equals(Buffer.concat(all.filter(isRow).map((m) => m.bytes)))).toBe(true);
        const rest = all.filter((m) => !isRow(m)).map((m) => message(m.type, m.bytes));
        expect(others.equals(Buffer.concat(rest))).toBe(true);
      }),
      { numRuns: propertyRuns(60) },
    );
  });

  it("hands a message that comes byte by byte on as a whole", async () => {
    const bytes = Buffer.concat([message("d", Buffer.from("row")), message("c", Buffer.alloc(0))]);
    const { rows, others } = await exchanged([...bytes].map((byte) => Buffer.from([byte])));
    expect(rows.toString()).toBe("row");
    expect(others).toEqual(message("c", Buffer.alloc(0)));
  });

  it("says who does not answer", async () => {
    await expect(
      connected(new CopySocket().socket, { host: ["127.0.0.1"], port: [1] }, 5_000),
    ).rejects.toThrow(/ECONNREFUSED/);
  });
});
