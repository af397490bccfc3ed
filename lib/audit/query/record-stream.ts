import { giveBack } from "./copy-rows";
import type { SealedSequences, WrittenEvents } from "./sealed-sequences";

const lineFeed = 0x0a;
/** How a record begins, see `fullRecordSql`: id and timestamp stand at fixed places. */
const idAt = `{"id" : "`.length;
const idLength = 36;
const timeAt = `${" ".repeat(idAt + idLength)}", "timestamp" : "`.length;
const timeLength = "2026-11-22T00:00:00.000Z".length;
/** How one without an index ends. */
const noSequence = Buffer.from("null}");
const mostDigits = 16;

/** What stands before, between and behind the records of a file or an answer. */
export interface Framing {
  open: string;
  between: string;
  close: string;
  /** In place of the last one where there is no record. */
  empty: string;
}

/** The JSON export: an array, a record a line. */
export const arrayFile: Framing = { open: "[\n", between: ",\n", close: "\n]\n", empty: "]\n" };
/** The array that the HTTP API answers. */
export const arrayAnswer: Framing = { open: "[", between: "\n,", close: "\n]", empty: "]" };
/** A record a line (NDJSON). */
export const lines: Framing = { open: "", between: "\n", close: "\n", empty: "" };

/**
 * JSON records as one text.
 * @param rows a record a line, chunks cut anywhere
 * @param framing what goes around them
 * @param options.sequences fills the last key, the sealed index, which the rows have as null; null leaves them alone
 * @param options.meter grows by each record
 * @returns chunks of whole records
 */
export async function* recordStream(
  rows: AsyncIterable<Uint8Array>,
  framing: Framing,
  options: { sequences: SealedSequences | null; meter?: { rows: number } },
): AsyncIterable<Uint8Array> {
  const { sequences, meter } = options;
  const between = Buffer.from(framing.between);
  let some = false;
  for await (const chunk of wholeLines(rows)) {
    const ends = lineEnds(chunk);
    const indexes = sequences ? await sequences.of(writtenIn(chunk, ends)) : null;
    const prefix = some ? between : Buffer.from(framing.open);
    const out = Buffer.allocUnsafe(
      prefix.length + chunk.length + ends.length * (between.length + mostDigits),
    );
    let length = prefix.copy(out);
    for (let i = 0, from = 0; i < ends.length; i += 1) {
      const end = ends[i] as number;
      const index = indexes?.[i] ?? null;
      if (i > 0) length += between.copy(out, length);
      length += chunk.copy(out, length, from, index === null ? end : end - noSequence.length);
      if (index !== null) length += out.write(`${index}}`, length, "latin1");
      from = end + 1;
    }
    some = true;
    if (meter) meter.rows += ends.length;
    yield out.subarray(0, length);
  }
  yield Buffer.from(some ? framing.close : framing.open + framing.empty);
}

/** Chunks that end with a line feed. */
async function* wholeLines(rows: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let rest: Uint8Array[] = [];
  for await (const part of rows) {
    const end = part.lastIndexOf(lineFeed) + 1;
    if (end === 0) {
      rest.push(part);
      continue;
    }
    const whole = part.subarray(0, end);
    yield rest.length > 0
      ? Buffer.concat([...rest, whole])
      : Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
    rest = end < part.length ? [part.subarray(end)] : [];
    // The records have been copied by now.
    if (rest.length === 0) giveBack(part);
  }
  if (rest.some((part) => part.length > 0)) throw new Error("the last row was cut");
}

function lineEnds(chunk: Buffer): number[] {
  const ends: number[] = [];
  for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) ends.push(at);
  return ends;
}

function writtenIn(chunk: Buffer, ends: number[]): WrittenEvents {
  const starts = ends.map((end, i) => {
    const from = i === 0 ? 0 : (ends[i - 1] as number) + 1;
    if (noSequence.compare(chunk, end - noSequence.length, end) !== 0)
      throw new Error("a record does not end as it should");
    return from;
  });
  return {
    text: chunk,
    ids: starts.map((from) => from + idAt),
    msOf(i) {
      const from = (starts[i] as number) + timeAt;
      return Date.parse(chunk.toString("latin1", from, from + timeLength));
    },
  };
}
