import http from "node:http";

/** An answer measured; its bytes are dropped unless asked for. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  bytes: number;
  /** Milliseconds from the request to the first byte of the body, to the first place of `marker`, and to the end. */
  firstByteMs: number;
  firstMarkerMs: number | null;
  totalMs: number;
  /** How often `marker` was seen. */
  markers: number;
  text: string;
}

interface Asked {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** Counted in the body. */
  marker?: string;
  keepText?: boolean;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const patienceMs = 600_000;

/** One request, as somebody's browser or script makes it. */
export async function ask(base: string, address: string, asked: Asked = {}): Promise<Answer> {
  const { hostname, port } = new URL(base);
  const { method = "GET", headers = {}, body, marker, keepText = false } = asked;
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(
      { agent, hostname, port, path: address, method, headers: withLength(headers, body) },
      (response) => {
        const found = {
          bytes: 0,
          firstByteMs: Number.NaN,
          firstMarkerMs: null as number | null,
          markers: 0,
          text: "",
        };
        let carried = "";
        response.on("data", (chunk: Buffer) => {
          if (found.bytes === 0) found.firstByteMs = performance.now() - begun;
          found.bytes += chunk.length;
          if (!marker && !keepText) return;
          const text = chunk.toString("latin1");
          if (keepText) found.text += text;
          if (!marker) return;
          const seen = (carried + text).split(marker).length - 1;
          if (seen > 0) found.firstMarkerMs ??= performance.now() - begun;
          found.markers += seen;
          // Half a marker at the end of a chunk is completed by the next one.
          carried = (carried + text).slice(-(marker.length - 1));
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            ...found,
            status: response.statusCode ?? 0,
            headers: response.headers,
            totalMs: performance.now() - begun,
          }),
        );
      },
    );
    request.setTimeout(patienceMs, () => request.destroy(new Error(`no answer from ${address}`)));
    request.on("error", reject);
    request.end(body);
  });
}

function withLength(headers: Record<string, string>, body: string | undefined): Record<string, string> {
  return body === undefined ? headers : { ...headers, "content-length": String(Buffer.byteLength(body)) };
}
