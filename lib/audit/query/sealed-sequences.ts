import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { tileLeaves } from "@/lib/audit/seal/seal-batch";
import { readId, TileKeys } from "./tile-keys";

const idLength = 36;

/** Tiles that are read at once, and that are held at most, 28 kB each. */
const readAhead = 16;
const mostHeld = 512;
/** A tile is worth reading for so many of the rows at hand; else each row looks for itself. */
const rowsPerTile = 12;

interface Tile {
  number: number;
  /** Times of the oldest and the newest of its events, in whole milliseconds since 1970, rounded down. */
  oldest: number;
  newest: number;
  /** Null while it is not read. */
  keys: TileKeys | null;
}

/** Events whose indexes are wanted, as they stand in a text. */
export interface WrittenEvents {
  text: Buffer;
  /** Where each one's id stands. */
  ids: readonly number[];
  /** When one of them happened, in milliseconds since 1970, rounded down. */
  msOf(i: number): number;
}

/**
 * Sealed indexes of many events of one log, asked for from the newest to the oldest, in bounded memory. Time and sealed
 * order are almost the same, so the tiles are walked through along with the events: those whose span is reached are read,
 * those that lie behind are dropped, and an event mostly stands right before the one found last. A join in the database
 * would have to sort the whole log before its first row.
 */
export class SealedSequences {
  readonly #sql: AnySql;
  readonly #orgId: number;
  readonly #size: number;
  /** Not reached yet, the one with the newest event last. */
  #ahead: Tile[] | undefined;
  #reached: Tile[] = [];
  #open: Tile | undefined;
  #last: { tile: Tile; place: number } | undefined;
  readonly #id = Buffer.alloc(16);

  /**
   * @param sql asked besides the query that makes the rows; needs no snapshot of its own, as an index once given stays
   * @param size leaves of the log in the snapshot of the rows: what was sealed later counts as not sealed
   */
  constructor(sql: AnySql, orgId: number, size: number) {
    this.#sql = sql;
    this.#orgId = orgId;
    this.#size = size;
  }

  /**
   * @param events none newer than one asked for before, but for those of the same millisecond
   * @returns in their order; null for one that is not sealed
   */
  async of(events: WrittenEvents): Promise<(number | null)[]> {
    const { ids } = events;
    const [newestMs, oldestMs] = [events.msOf(0), events.msOf(ids.length - 1)];
    this.#ahead ??= await this.#spans();
    this.#reached = this.#reached.filter((tile) => tile.oldest <= newestMs);
    for (let next = this.#ahead.at(-1); next && next.newest >= oldestMs; next = this.#ahead.at(-1)) {
      this.#ahead.pop();
      if (next.oldest <= newestMs) this.#reached.push(next);
    }
    const wanted = this.#reached.filter((tile) => tile.keys === null);
    if (wanted.length * rowsPerTile > Math.max(ids.length, rowsPerTile)) return this.#oneByOne(events);
    if (wanted.length > 0) await this.#read(wanted);
    return ids.map((at) => this.#find(events.text, at));
  }

  #find(text: Buffer, at: number): number | null {
    readId(text, at, this.#id);
    const last = this.#last;
    if (last?.tile.keys?.isAt(this.#id, last.place - 1)) {
      last.place -= 1;
      return this.#indexAt(last.tile, last.place);
    }
    for (const tile of this.#open ? [...this.#reached, this.#open] : this.#reached) {
      const place = tile.keys?.find(this.#id) ?? -1;
      if (place === -1) continue;
      this.#last = { tile, place };
      return this.#indexAt(tile, place);
    }
    return null;
  }

  #indexAt(tile: Tile, place: number): number | null {
    const index = tile.number * tileLeaves + place;
    return index < this.#size ? index : null;
  }

  /** One statement, one snapshot: a tile that closes in between moves its events from one table to the other. */
  async #spans(): Promise<Tile[]> {
    const rows = await this.#sql<{ number: number; oldest: number; newest: number; keys: Buffer | null }[]>`
      select tile::float8 as number, floor(extract(epoch from lower(span)) * 1000)::float8 as oldest,
        floor(extract(epoch from upper(span)) * 1000)::float8 as newest, null::bytea as keys
      from audit_tile where org_id = ${this.#orgId} and tile * ${tileLeaves} < ${this.#size}
      union all
      select (min(index) / ${tileLeaves})::float8, 0, 0,
        string_agg(uuid_send(event_id) || int8send(0), ''::bytea order by index)
      from audit_seal_tail where org_id = ${this.#orgId} and index < ${this.#size} having count(*) > 0`;
    const open = rows.find((row) => row.keys !== null);
    if (open?.keys) this.#open = { ...open, keys: new TileKeys(open.keys) };
    const tiles = rows.filter((row) => row !== open).map((row) => ({ ...row, keys: null }));
    return tiles.sort((a, b) => a.newest - b.newest);
  }

  /** Reads tiles, and the next ones with them: neighbours are wanted next. */
  async #read(wanted: Tile[]): Promise<void> {
    const ahead = (this.#ahead ?? []).slice(-readAhead);
    // In a log that was not recorded in the order of time everything may be reached at once.
    const held = this.#reached.filter((tile) => tile.keys !== null).length;
    if (held + wanted.length + ahead.length > mostHeld) for (const tile of this.#reached) tile.keys = null;
    const tiles = [...wanted, ...ahead].filter((tile) => tile.keys === null);
    const rows = await this.#sql<{ tile: number; events: Buffer }[]>`
      select tile::float8 as tile, events from audit_tile
      where org_id = ${this.#orgId} and tile = any (${tiles.map((tile) => String(tile.number))}::bigint[])`;
    const found = new Map(rows.map((row) => [row.tile, row.events]));
    for (const tile of tiles) {
      const events = found.get(tile.number);
      if (events === undefined) throw new Error(`tile ${tile.number} of the sealed log is missing`);
      tile.keys = new TileKeys(events);
    }
  }

  /** For few events far apart: a look into the tiles that span each one's time. */
  async #oneByOne({ text, ids, msOf }: WrittenEvents): Promise<(number | null)[]> {
    const wanted = ids.map((at) => text.toString("latin1", at, at + idLength));
    const times = ids.map((_, i) => new Date(msOf(i)).toISOString());
    const rows = await this.#sql<{ id: string; index: number }[]>`
      select k.id, (s.tile * ${tileLeaves} + (s.place - 1) / 24)::float8 as index
      from unnest(${wanted}::text[], ${times}::text[]) k (id, at)
      cross join lateral (
        select a.tile, position(uuid_send(k.id::uuid) in a.events) as place from audit_tile a
        where a.org_id = ${this.#orgId}
          and a.span && tstzrange(k.at::timestamptz, k.at::timestamptz + interval '1 millisecond')
        offset 0
      ) s
      where s.place % 24 = 1`;
    const found = new Map(rows.map((row) => [row.id, row.index]));
    return ids.map((at, i) => {
      const index = found.get(wanted[i] ?? "") ?? this.#find(text, at);
      return index !== null && index < this.#size ? index : null;
    });
  }
}
