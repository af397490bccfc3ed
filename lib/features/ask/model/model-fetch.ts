import "server-only";
import type { Readable } from "node:stream";
import { request } from "undici";
import { ModelTrouble } from "./trouble";

/** Bytes of an answer that are read at most; some servers send each word in half a kilobyte. */
const mostBytes = 4 * 1024 * 1024;
/** Bytes of one event: the library puts it together anew with each piece of it, which takes the square of its length. */
const mostInEvent = 256 * 1024;
/** Events of an answer. Each brings a letter at least, and there are not so many letters in one. */
const mostEvents = 40_000;
/** Until the answer begins, and between two pieces of it: less than the front waits before it closes the connection. */
const silenceMs = 45_000;

/**
 * The client library's way to the model's server: the key in one header and nothing about this machine in others; no
 * redirect is followed, as the key would go along; no compressed answer is taken, so that what is counted is what comes;
 * of a refusal nothing is read but its status.
 */
export function modelFetch(apiKey: string | undefined): typeof fetch {
  return async (input, init) => {
    const answer = await request(input instanceof Request ? input.url : String(input), {
      method: "POST",
      body: String(init?.body ?? ""),
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream, application/json",
        "accept-encoding": "identity",
        "user-agent": "Gurulog",
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
      },
      ...(init?.signal ? { signal: init.signal } : {}),
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
    const { statusCode: status, body } = answer;
    if (status < 200 || status > 299) {
      body.on("error", () => {}).destroy();
      const retryAfter = one(answer.headers["retry-after"]);
      return new Response(null, { status, headers: retryAfter ? { "retry-after": retryAfter } : {} });
    }
    const encoding = one(answer.headers["content-encoding"])?.trim().toLowerCase() ?? "identity";
    if (encoding !== "identity") {
      body.on("error", () => {}).destroy();
      throw new ModelTrouble("no_answer");
    }
    return new Response(streamOf(body), { status, headers: { "content-type": "text/event-stream" } });
  };
}

/**
 * The body as the library reads it: a piece when one is asked for, and no connection once nobody asks any more. (Node's
 * own `Readable.toWeb` throws out of everyone's reach where a piece comes after that.)
 */
function streamOf(body: Readable): ReadableStream<Uint8Array> {
  const pieces = counted(body);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const step = await pieces.next();
        if (step.done) controller.close();
        else controller.enqueue(step.value);
      },
      cancel: () => void body.on("error", () => {}).destroy(),
    },
    { highWaterMark: 0 },
  );
}

const one = (value: string | string[] | undefined): string | undefined => [value].flat()[0];

/**
 * The body event by event, as the library copies all that follows an event in its piece.
 * @throws ModelTrouble when the body or one of its events is longer than it may be, or there are too many
 */
async function* counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let events = 0;
  let inEvent = 0;
  let isLineEmpty = true;
  let parts: Uint8Array[] = [];
  for await (const chunk of body) {
    bytes += chunk.length;
    let from = 0;
    for (const [at, byte] of chunk.entries()) {
      inEvent += 1;
      // An empty line ends an event.
      if (byte === lineFeed && isLineEmpty) {
        events += 1;
        if (bytes > mostBytes || events > mostEvents) throw new ModelTrouble("too_much");
        yield withoutName([...parts, chunk.subarray(from, at + 1)]);
        parts = [];
        from = at + 1;
        inEvent = 0;
      }
      if (byte !== carriageReturn) isLineEmpty = byte === lineFeed;
    }
    if (bytes > mostBytes || inEvent > mostInEvent) throw new ModelTrouble("too_much");
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield withoutName(parts);
}

/**
 * An event, its name made a comment. Chat completions have none; and the data of one whose name begins with `thread.`,
 * where it is no JSON, the library prints on the console, whatever its log level: it may repeat the key.
 * (A line ends as the library has it, at a lone carriage return too, and may begin with a byte order mark.)
 */
function withoutName(parts: Uint8Array[]): Uint8Array {
  // One character for each byte.
  const event = Buffer.concat(parts).toString("latin1");
  return Buffer.from(event.replace(/(^|[\r\n])(?:\xef\xbb\xbf)?event[^\r\n]*/g, "$1:"), "latin1");
}

const lineFeed = 10;
const carriageReturn = 13;
