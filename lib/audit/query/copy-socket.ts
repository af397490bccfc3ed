import net from "node:net";

const readBytes = 65_536;
/** Type and length of a message. */
const headBytes = 5;
const copyData = 0x64;

/** Takes rows of a COPY: bytes from one place to another of a buffer that is used again right afterwards. */
export interface RowSink {
  take(bytes: Buffer, from: number, to: number): void;
  /** All rows of one read of the socket were taken. */
  taken(): void;
}

/**
 * A socket that keeps the rows of a COPY from the driver, which would make two objects of every row and, of almost every
 * read, a copy: garbage enough to hold up the event loop. It reads into one buffer, again and again, and hands the rows to
 * a sink where they lie. All other messages go to the driver.
 */
export class CopySocket {
  readonly socket: net.Socket;
  #sink: RowSink | undefined;
  /** The beginning of a message whose end is not here yet, in parts; the first holds its head. */
  #begun: Buffer[] = [];
  #length = 0;

  constructor() {
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    // Known to the constructor, too, though the types name it for `connect` alone.
    const options: net.SocketConstructorOpts & net.ConnectOpts = {
      onread: {
        buffer,
        callback: (length) => {
          this.#read(buffer, length);
          return true;
        },
      },
    };
    this.socket = new net.Socket(options);
  }

  /** From now on rows go to `sink`; until it is called all is the driver's. Nothing may be on its way to us. */
  handTo(sink: RowSink): void {
    this.#sink = sink;
  }

  #read(bytes: Buffer, length: number): void {
    if (!this.#sink) {
      this.socket.push(Buffer.from(bytes.subarray(0, length)));
      return;
    }
    let at = this.#length === 0 ? 0 : this.#goOn(bytes, length);
    while (length - at >= headBytes) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > length) break;
      this.#message(bytes, at, end);
      at = end;
    }
    if (at < length) this.#keep(bytes, at, length);
    this.#sink.taken();
  }

  /** @returns where the next message begins */
  #goOn(bytes: Buffer, length: number): number {
    let at = 0;
    for (;;) {
      const head = this.#begun[0] as Buffer;
      const whole = head.length < headBytes ? headBytes : 1 + head.readUInt32BE(1);
      const taken = Math.min(whole - this.#length, length - at);
      this.#keep(bytes, at, at + taken);
      at += taken;
      if (this.#length < whole) return at;
      const found = Buffer.concat(this.#begun, this.#length);
      this.#begun = [found];
      if (head.length < headBytes && whole < 1 + found.readUInt32BE(1)) continue;
      this.#begun = [];
      this.#length = 0;
      this.#message(found, 0, whole);
      return at;
    }
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    this.#begun.push(Buffer.from(bytes.subarray(from, to)));
    this.#length += to - from;
  }

  #message(bytes: Buffer, from: number, to: number): void {
    if (bytes[from] === copyData) this.#sink?.take(bytes, from + headBytes, to);
    else this.socket.push(Buffer.from(bytes.subarray(from, to)));
  }
}

/** What the driver knows of the server, as it read it from the URL. */
export interface ServerAddress {
  host: string[];
  port: number[];
  path?: string | false;
}

/**
 * Connects a socket to the server.
 * @param withinMs how long that may take
 * @throws what the system says, and when the time is over
 */
export async function connected(
  socket: net.Socket,
  { host, port, path }: ServerAddress,
  withinMs: number,
): Promise<net.Socket> {
  const target = path ? { path } : { host: host[0] ?? "localhost", port: port[0] ?? 5432 };
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => socket.destroy(new Error("the database does not answer")), withinMs);
    const settled = (error?: Error) => {
      clearTimeout(late);
      socket.off("connect", settled).off("error", settled);
      if (error) reject(error);
      else resolve();
    };
    socket.once("connect", settled).once("error", settled).connect(target);
  });
  return socket;
}
