import { randomInt } from "node:crypto";
import { type Figure, figureOf, type Ratio, ratioOf } from "./figures";

/** What a run of a contestant answers: rows, to see that it does what it is measured for. */
export type Run = () => Promise<number | undefined>;

type Side = "ours" | "peer" | "raw";

/** One thing that is measured, on ours and, where there is such a thing, on the peer's table and the raw limit. */
export interface Case {
  id: string;
  title: string;
  ours: Run;
  peer?: Run;
  raw?: Run;
  /** Rows that ours answers at least; by default one. */
  fewestRows?: number;
}

/** A case measured. */
export interface Measured {
  id: string;
  title: string;
  unit: "ms" | "rows/s";
  ours: Figure;
  peer?: Figure;
  raw?: Figure;
  /** The peer's median by ours: how many times faster ours is. */
  peerByOurs?: Ratio;
  /** Ours by the raw limit. */
  oursByRaw?: Ratio;
  /** Rows of one answer, where rows are answered. */
  rows?: number;
  /** Further figures of this measure, by name. */
  more?: Record<string, number>;
}

/** How long a group is measured. */
export interface Pace {
  rounds: number;
  /** Milliseconds after which a contestant of a case is sampled no further, once it has `fewest` samples. */
  budgetMs: number;
  fewest: number;
}

interface Contestant {
  of: Case;
  side: Side;
  run: Run;
  samples: number[];
  spentMs: number;
  /** A peer whose first run, which warms up and does not count, took long. */
  isSlow: boolean;
  /** It takes so long that what there is has to do. */
  isOver: boolean;
}

/** Milliseconds after which one sample of the peer, beside its first run, is enough. */
const longestMs = 3_000;

/** An answer that cannot be right: a bench of a broken query would be worth nothing. */
export class BrokenCase extends Error {
  override readonly name = "BrokenCase";
}

/**
 * Measures a group's cases interleaved: in each round every contestant of every case runs once, in an order drawn anew.
 * The first run of each warms up, and is where a broken query shows.
 * @throws BrokenCase when ours answers fewer rows than it must
 */
export async function sample(cases: readonly Case[], pace: Pace): Promise<Measured[]> {
  const contestants: Contestant[] = cases.flatMap((of) =>
    (["ours", "peer", "raw"] as const).flatMap((side) => {
      const run = of[side];
      return run ? [{ of, side, run, samples: [], spentMs: 0, isSlow: false, isOver: false }] : [];
    }),
  );
  const rows = new Map<Case, number>();
  for (const contestant of contestants) {
    const { of, side, run } = contestant;
    const begun = performance.now();
    const answered = await named(of, side, run);
    const tookMs = performance.now() - begun;
    // Once more would say the same, minutes later.
    if (side === "peer" && tookMs > longestMs) Object.assign(contestant, { samples: [tookMs], isOver: true });
    if (side !== "ours" || answered === undefined) continue;
    rows.set(of, answered);
    if (answered < (of.fewestRows ?? 1))
      throw new BrokenCase(`${of.id}: ${answered} rows, at least ${of.fewestRows ?? 1} are there`);
  }
  for (let round = 0; round < pace.rounds; round += 1) {
    const left = contestants.filter(
      (c) => !c.isOver && (c.samples.length < pace.fewest || c.spentMs < pace.budgetMs),
    );
    for (const c of shuffled(left)) {
      const begun = performance.now();
      await named(c.of, c.side, c.run);
      const took = performance.now() - begun;
      c.samples.push(took);
      c.spentMs += took;
      // Warmed up and slow all the same: once more would say the same, minutes later.
      c.isOver = c.isSlow && took > longestMs;
    }
  }
  return cases.map((of) => {
    const samplesOf = (side: Side) => contestants.find((c) => c.of === of && c.side === side)?.samples;
    return measuredOf(
      of,
      { ours: samplesOf("ours") ?? [], peer: samplesOf("peer"), raw: samplesOf("raw") },
      rows.get(of),
    );
  });
}

/** The figures of samples in milliseconds. */
export function measuredOf(
  { id, title }: Pick<Case, "id" | "title">,
  samples: { ours: number[]; peer?: number[] | undefined; raw?: number[] | undefined },
  rows?: number,
): Measured {
  const { ours, peer, raw } = samples;
  return {
    id,
    title,
    unit: "ms",
    ours: figureOf(ours),
    ...(peer ? { peer: figureOf(peer), peerByOurs: ratioOf(peer, ours) } : {}),
    ...(raw ? { raw: figureOf(raw), oursByRaw: ratioOf(ours, raw) } : {}),
    ...(rows === undefined ? {} : { rows }),
  };
}

async function named(of: Case, side: Side, run: Run): Promise<number | undefined> {
  try {
    return await run();
  } catch (error) {
    throw new BrokenCase(`${of.id} (${side}): ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

export function shuffled<T>(list: readonly T[]): T[] {
  const order = [...list];
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [order[at], order[other]] = [order[other] as T, order[at] as T];
  }
  return order;
}
