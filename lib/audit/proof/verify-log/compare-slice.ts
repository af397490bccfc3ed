import "server-only";
import type { Readable } from "node:stream";
import { absentLeaf } from "../absent-leaf";
import { voidLeaf } from "../entry";
import { copyColumns } from "../event-record";
import { byTime, isOfEvent, type Key, keysInTime } from "./keys-in-time";
import { type Fields, fieldsOf, isErased, rowLeaf, rowLeafText } from "./row-leaf";
import { joinSnapshot } from "./snapshot";
import { hashBytes, type Spans } from "./stored-keys";
import { timeOfCopy } from "./time-of-copy";

/** A stretch of time of a log, compared by one worker. */
export interface Slice {
  url: string;
  snapshot: string;
  orgId: number;
  spans: Spans;
  /** SQL: what stands of the events (`keptEvents`). */
  events: string;
  /** Microseconds since 1970; null for no bound. */
  from: number | null;
  to: number | null;
  /** Leaves before it may lack their event. Microseconds since 1970. */
  cutoff: number;
}

/** A leaf that its row does not have, or whose row is missing. Hashes are hexadecimal. */
export interface OddLeaf {
  index: number;
  id: string;
  micros: number;
  stored: string;
  /** What the row hashes to; null when it is missing or is what the product never leaves. */
  computed: string | null;
}

/** An event that no leaf is of. */
export interface StrayEvent {
  id: string;
  micros: number;
  orgId: number;
  computed: string | null;
}

export interface SliceResult {
  /** Leaves whose event was hashed again. */
  compared: number;
  expired: number;
  erased: number;
  /** The first event, by index, of which a part was erased. */
  firstErased: { index: number; id: string } | null;
  mismatched: OddLeaf[];
  missing: OddLeaf[];
  strays: StrayEvent[];
  /** Leaves that stand for an event lost before it was sealed. */
  voids: { index: number; id: string }[];
  /** Two leaves of one event. */
  doubles: { index: number; id: string }[];
  /** The first place of an event that is there, is right, and is a day younger than the cut-off; null when there is none. */
  firstFresh: number | null;
  /** Of all these together, how many were too many to be kept. */
  unkept: number;
}

const mostKept = 50_000;
const dayMicros = 86_400_000_000;

/**
 * Reads the events of a stretch of time and the leaves said to be theirs, both in the order of (time, id), side by side:
 * each event once, memory that does not grow with the log.
 *
 * @param onProgress leaves since the last call
 */
export async function compareSlice(slice: Slice, onProgress: (leaves: number) => void): Promise<SliceResult> {
  const [forKeys, forEvents] = await Promise.all([
    joinSnapshot(slice.url, slice.snapshot),
    joinSnapshot(slice.url, slice.snapshot),
  ]);
  try {
    const waiting = await forKeys<
      { event_id: string }[]
    >`select event_id from audit_outbox where position > 0`;
    const comparison = new Comparison(slice, new Set(waiting.map((row) => row.event_id)), onProgress);
    const range = { from: slice.from ?? Number.NEGATIVE_INFINITY, to: slice.to ?? Number.POSITIVE_INFINITY };
    const keys = keysInTime(forKeys, slice.orgId, slice.spans, range);
    const copy = await forEvents.unsafe(copySql(slice)).readable();
    for await (const lines of linesOf(copy)) {
      for (const line of lines) {
        const event = eventOf(line);
        while (!comparison.hasReached(event)) {
          const more = await keys.next();
          if (more.done) break;
          comparison.addKeys(more.value);
        }
        comparison.take(event);
      }
    }
    for await (const more of keys) comparison.addKeys(more);
    return comparison.finish();
  } finally {
    await Promise.all([forKeys.end({ timeout: 5 }), forEvents.end({ timeout: 5 })]);
  }
}

/** Events of other logs are read too: one whose organization was changed is missed in its own. */
function copySql({ events, from, to }: Slice): string {
  const moment = (micros: number) =>
    `timestamptz 'epoch' + ${BigInt(Math.trunc(micros))} * interval '1 microsecond'`;
  const bounds = [
    ...(from === null ? [] : [`e.occurred_at >= ${moment(from)}`]),
    ...(to === null ? [] : [`e.occurred_at < ${moment(to)}`]),
  ];
  const where = bounds.length > 0 ? `where ${bounds.join(" and ")}` : "";
  return `copy (select ${copyColumns} from ${events} e ${where} order by e.occurred_at, e.id) to stdout`;
}

async function* linesOf(source: Readable): AsyncGenerator<string[]> {
  let rest: Buffer[] = [];
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const cut = chunk.lastIndexOf(10);
    if (cut < 0) rest.push(chunk);
    if (cut < 0) continue;
    const whole = chunk.subarray(0, cut);
    yield (rest.length > 0 ? Buffer.concat([...rest, whole]) : whole).toString("utf8").split("\n");
    // The driver uses its buffer again.
    rest = cut + 1 < chunk.length ? [Buffer.from(chunk.subarray(cut + 1))] : [];
  }
  // The driver may have paused its socket at the very end (see copyOut of the backup): ending it would take long.
  source._read(0);
}

interface Event {
  id: string;
  micros: number;
  fields: Fields;
}

function eventOf(line: string): Event {
  const fields = fieldsOf(line);
  const time = fields?.[4];
  if (!fields || !time) throw new Error("the database answers with other columns than were asked for");
  const { micros, text } = timeOfCopy(time);
  fields[4] = text;
  return { id: fields[1] as string, micros, fields };
}

class Comparison {
  readonly #result: SliceResult = {
    compared: 0,
    expired: 0,
    erased: 0,
    firstErased: null,
    mismatched: [],
    missing: [],
    strays: [],
    voids: [],
    doubles: [],
    firstFresh: null,
    unkept: 0,
  };
  #keys: Key[] = [];
  #at = 0;
  readonly #org: string;

  constructor(
    readonly slice: Slice,
    /** Events that wait for their place. */
    readonly waiting: ReadonlySet<string>,
    readonly onProgress: (leaves: number) => void,
  ) {
    this.#org = String(slice.orgId);
  }

  addKeys(keys: Key[]): void {
    this.#keys = [...this.#keys.slice(this.#at), ...keys];
    this.#at = 0;
  }

  /** Whether the leaves at hand go as far as the event, so that it finds its own if there is one. */
  hasReached(event: Event): boolean {
    const last = this.#keys.at(-1);
    return this.#at < this.#keys.length && last !== undefined && byTime(last, event) > 0;
  }

  take(event: Event): void {
    let key = this.#keys[this.#at];
    while (key && !isOfEvent(key, event) && byTime(key, event) < 0) {
      this.#miss(key);
      key = this.#keys[++this.#at];
    }
    if (!key || !isOfEvent(key, event)) {
      this.#stray(event);
      return;
    }
    let times = 0;
    for (; key && isOfEvent(key, event); key = this.#keys[++this.#at]) {
      this.#compare(key, event, times > 0);
      times += 1;
    }
  }

  finish(): SliceResult {
    for (; this.#at < this.#keys.length; this.#at++) this.#miss(this.#keys[this.#at] as Key);
    this.onProgress(this.#pending);
    return this.#result;
  }

  #pending = 0;
  #count(): void {
    this.#pending += 1;
    if (this.#pending < 4096) return;
    this.onProgress(this.#pending);
    this.#pending = 0;
  }

  #compare(key: Key, { id, fields }: Event, isAgain: boolean): void {
    this.#count();
    this.#result.compared += 1;
    if (isErased(fields)) {
      this.#result.erased += 1;
      const first = this.#result.firstErased;
      if (!first || key.index < first.index) this.#result.firstErased = { index: key.index, id };
    }
    const leaf = fields[2] === this.#org ? rowLeafText(fields) : null;
    if (leaf !== null && key.hashes.toString("latin1", key.at, key.at + hashBytes) === leaf) {
      const { firstFresh } = this.#result;
      if (key.micros >= this.slice.cutoff + dayMicros && (firstFresh === null || key.index < firstFresh))
        this.#result.firstFresh = key.index;
      // Put into the queue again, it would be sealed a second time.
      if (isAgain || this.waiting.has(id)) this.#keep(this.#result.doubles, { index: key.index, id });
      return;
    }
    const stored = storedHex(key);
    if (stored === this.#voidHex(key)) {
      this.#keep(this.#result.voids, { index: key.index, id });
      return;
    }
    const computed = rowLeaf(fields)?.toString("hex") ?? null;
    this.#keep(this.#result.mismatched, { index: key.index, id, micros: key.micros, stored, computed });
  }

  #miss(key: Key): void {
    this.#count();
    if (key.micros < this.slice.cutoff) {
      this.#result.expired += 1;
      return;
    }
    const stored = storedHex(key);
    const { index, id, micros } = key;
    if (stored === this.#voidHex(key)) {
      this.#keep(this.#result.voids, { index, id });
      return;
    }
    // Gone before the log was hashed: nobody can say otherwise any more.
    if (stored === toHex(absentLeaf(this.#nameOf(key)))) {
      this.#result.expired += 1;
      return;
    }
    this.#keep(this.#result.missing, { index, id, micros, stored, computed: null });
  }

  #stray({ id, micros, fields }: Event): void {
    if (this.waiting.has(id)) return;
    this.#keep(this.#result.strays, {
      id,
      micros,
      orgId: Number(fields[2]),
      computed: rowLeaf(fields)?.toString("hex") ?? null,
    });
  }

  #keep<T>(list: T[], item: T): void {
    if (list.length < mostKept) list.push(item);
    else this.#result.unkept += 1;
  }

  #voidHex(key: Key): string {
    return toHex(voidLeaf(this.#nameOf(key)));
  }

  #nameOf({ id, micros }: Key): { id: string; org: number; time: string } {
    return { id, org: this.slice.orgId, time: timeOf(micros) };
  }
}

function storedHex({ hashes, at }: Key): string {
  return hashes.toString("hex", at, at + hashBytes);
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** RFC 3339 UTC with microseconds; empty for a time that no event can have. */
export function timeOf(micros: number): string {
  const date = new Date(Math.floor(micros / 1000));
  if (Number.isNaN(date.getTime())) return "";
  const rest = String(((micros % 1000) + 1000) % 1000).padStart(3, "0");
  return `${date.toISOString().slice(0, -1)}${rest}Z`;
}
