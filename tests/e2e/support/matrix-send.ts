import http from "node:http";

export interface Sent {
  method?: string;
  headers?: Record<string, string | string[]>;
  cookie?: string | undefined;
  body?: Buffer | string;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  /** Where a redirect leads, without origin and query. */
  location: string | undefined;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

/**
 * One request with its path exactly as written: fetch would resolve dots and re-encode before anything is sent.
 * @param base the product's address, such as `http://localhost:3000`
 */
export async function send(base: string, rawPath: string, sent: Sent = {}): Promise<Answer> {
  try {
    return await sendOnce(base, rawPath, sent);
  } catch (error) {
    if (error instanceof ClosedBefore) return sendOnce(base, rawPath, sent);
    throw error;
  }
}

/** The server had closed a kept connection, as it does with idle ones, when the request came: it has read nothing of it. */
class ClosedBefore extends Error {}

async function sendOnce(base: string, rawPath: string, sent: Sent): Promise<Answer> {
  const { port, host } = new URL(base);
  const body = sent.body ?? "";
  const headers: Record<string, string | string[]> = {
    host,
    ...(sent.cookie ? { cookie: sent.cookie } : {}),
    ...sent.headers,
  };
  if (body.length > 0) headers["content-length"] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    let answered = false;
    const request = http.request(
      { agent, host: "127.0.0.1", port, path: rawPath, method: sent.method ?? "GET", headers },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          const to = response.headers.location;
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            text: bytes.toString("utf8"),
            location: to === undefined ? undefined : new URL(to, base).pathname,
          });
        });
      },
    );
    request.setTimeout(20_000, () => request.destroy(new Error(`no answer from ${rawPath}`)));
    request.on("error", (error: NodeJS.ErrnoException) => {
      const isClosedBefore = request.reusedSocket && error.code === "ECONNRESET" && !answered;
      reject(isClosedBefore ? new ClosedBefore() : error);
    });
    request.end(body);
  });
}

let lastAddress = 0;

/** A client address nobody had before: failures of one try delay no other. */
export function freshAddress(): string {
  lastAddress += 1;
  return `10.${lastAddress >> 16}.${(lastAddress >> 8) & 255}.${lastAddress & 255}`;
}

/** Runs work on a list, some at a time, and keeps the order of the results. */
export async function eachOf<T, R>(
  list: readonly T[],
  work: (item: T) => Promise<R>,
  width = 4,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const run = async () => {
    for (;;) {
      const at = next++;
      const item = list[at];
      if (at >= list.length || item === undefined) return;
      results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: width }, run));
  return results;
}
