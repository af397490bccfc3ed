import type { IncomingMessage } from "node:http";

type BodyLimit = {
  maxBytes: number;
  /** Time without any progress after which a body is given up. */
  idleMs: number;
  /** Time for the whole body. */
  totalMs: number;
};

type Complaint = "tooLarge" | "tooSlow";

export function hasBody(req: IncomingMessage): boolean {
  return req.headers["transfer-encoding"] !== undefined || declaredLength(req) > 0;
}

/** The Content-Length in bytes, 0 when there is none. Node's parser has refused malformed and repeated ones. */
export function declaredLength(req: IncomingMessage): number {
  return Number(req.headers["content-length"] ?? 0);
}

/**
 * Watches a body as it arrives, before anything can buffer it: counts its bytes (a chunked body declares no length)
 * and gives it up when it is too slow. It hooks in at `push`, where Node's parser delivers each piece, so it works
 * however the application reads the body. Time during which the application does not read is not the client's fault
 * and does not count.
 *
 * After a complaint the rest is thrown away, the end too: the application must never take the part for the whole.
 *
 * @param complain called at most once; what it returns is called when the rest of the body has arrived
 */
export function guardBody(
  req: IncomingMessage,
  limit: BodyLimit,
  complain: (about: Complaint) => () => void,
): void {
  const push = req.push.bind(req);
  let deadline = Date.now() + limit.totalMs;
  let progressAt = Date.now();
  let received = 0;
  let onRestArrived: (() => void) | undefined;

  const giveUp = (about: Complaint) => {
    endWatch();
    onRestArrived = complain(about);
  };
  const dueInMs = () => Math.min(deadline, progressAt + limit.idleMs) - Date.now();
  const check = () => {
    if (req.readableLength >= req.readableHighWaterMark) {
      deadline += limit.idleMs;
      progressAt = Date.now();
    }
    const left = dueInMs();
    if (left > 0) timer = setTimeout(check, left);
    // What came while this process stood still is read first.
    else
      lastLook = setImmediate(() => {
        if (dueInMs() > 0) check();
        else giveUp("tooSlow");
      });
  };
  let timer = setTimeout(check, dueInMs());
  let lastLook: NodeJS.Immediate | undefined;
  const endWatch = () => {
    clearTimeout(timer);
    clearImmediate(lastLook);
  };

  req.once("close", endWatch);
  req.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null) endWatch();
    if (onRestArrived) {
      if (chunk === null) onRestArrived();
      return true;
    }
    if (chunk instanceof Uint8Array) {
      received += chunk.length;
      progressAt = Date.now();
      if (received > limit.maxBytes) {
        giveUp("tooLarge");
        return true;
      }
    }
    return push(chunk, encoding);
  };
}
