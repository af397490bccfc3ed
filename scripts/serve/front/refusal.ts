import type { IncomingMessage, ServerResponse } from "node:http";

const ANSWERS = {
  badRequest: [400, "BAD_REQUEST", "The address or the Host header of this request is malformed."],
  foreignOrigin: [
    403,
    "ORIGIN_NOT_ALLOWED",
    "This request does not come from a page of this site. Reload the page and try again; if that does not help, GURULOG_URL must be the address that the browser shows.",
  ],
  tooSlow: [408, "REQUEST_TIMEOUT", "The request did not arrive in time. Send it again."],
  tooLarge: [
    413,
    "REQUEST_TOO_LARGE",
    "The request is larger than this address accepts. Send less at a time.",
  ],
  failed: [
    500,
    "UNEXPECTED_ERROR",
    "Something went wrong here. Try again; if it stays, tell whoever runs this server the request id.",
  ],
} as const satisfies Record<string, readonly [number, string, string]>;

type RefusalReason = keyof typeof ANSWERS;

/** Answers in the application's stead; the function it returns ends the reading on (see `linger`) early. */
type Refuse = (reason: RefusalReason) => () => void;

/** How long the rest of a refused body is read and thrown away. */
const LINGER_MS = 1_000;

/**
 * Prepares the refusals of one request. To be called when the response carries the front's headers and nothing of the
 * application's yet: a refusal in mid-request goes back to these headers, and past any compression that was put
 * round the response since.
 *
 * @param path decides the shape: JSON below /api and /widget, plain text elsewhere
 */
export function prepareRefusal(
  req: IncomingMessage,
  res: ServerResponse,
  { path, requestId }: { path: string; requestId: string },
): Refuse {
  const headers = Object.entries(res.getHeaders());
  const [writeHead, write, end] = [res.writeHead.bind(res), res.write.bind(res), res.end.bind(res)];
  const json = /^\/(api|widget)(\/|$)/.test(path);

  let refused = false;

  return (reason) => {
    if (refused) return () => {};
    refused = true;
    if (res.headersSent || res.destroyed) {
      // An answer has begun: cutting it is the only way left to say that it does not hold.
      req.socket.destroy();
      return () => {};
    }
    const [status, code, message] = ANSWERS[reason];
    const text = json ? jsonBody(path, status, code, message) : `${message}\nRequest id: ${requestId}\n`;
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    for (const [name, value] of headers) if (value !== undefined) res.setHeader(name, value);
    writeHead(status, {
      "content-type": json ? "application/json; charset=utf-8" : "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
      connection: "close",
    });
    write(text);
    return linger(req, () => end(() => req.destroy(new Error("The request was refused."))));
  };
}

/**
 * Reads on for up to a second before closing: closing with unread bytes makes the kernel reset the connection, and the
 * client would not see the answer.
 */
function linger(req: IncomingMessage, end: () => void): () => void {
  let ended = false;
  const endOnce = () => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    end();
  };
  const timer = setTimeout(endOnce, LINGER_MS);
  if (req.complete) endOnce();
  else {
    req.once("end", endOnce).once("close", endOnce);
    req.resume();
  }
  return endOnce;
}

/** The two API families have error bodies of their own, which their clients know; widgets speak as the second one does. */
function jsonBody(path: string, statusCode: number, errorCode: string, message: string): string {
  const saysMsg = /^\/(api\/v1|widget)\//.test(path);
  return JSON.stringify(saysMsg ? { msg: message } : { statusCode, errorCode, message });
}
