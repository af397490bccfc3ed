import "server-only";
import { refuse } from "@/lib/platform/errors";

const slot = Symbol.for("gurulog.few-at-once");

interface Turns {
  running: number;
  waiting: (() => void)[];
}

/** Shared by all module graphs of the process. */
function allTurns(): Map<string, Turns> {
  const holder = globalThis as { [slot]?: Map<string, Turns> };
  holder[slot] ??= new Map();
  return holder[slot];
}

function turnsOf(name: string): Turns {
  const found = allTurns().get(name) ?? { running: 0, waiting: [] };
  allTurns().set(name, found);
  return found;
}

/**
 * Runs `work` when fewer than `most` others of that name run in this process; first come, first served. A flood of them
 * then waits here, and not in the pool of connections, before everybody else's pages.
 * @param name of the kind of work, or of it and whose it is: a name takes memory only while somebody is at it
 * @param waitMs how long to stand in line at most, in milliseconds; as long as it takes when left out
 * @throws Refusal `throttled` when that is over
 */
export async function fewAtOnce<T>(
  name: string,
  most: number,
  work: () => Promise<T>,
  waitMs?: number,
): Promise<T> {
  const turns = turnsOf(name);
  if (turns.running >= most) await inLine(turns, waitMs);
  else turns.running += 1;
  try {
    return await work();
  } finally {
    // The place goes to the next in line without becoming free in between.
    const next = turns.waiting.shift();
    if (next) next();
    else turns.running -= 1;
    // Nobody waits then either: whoever does has others running before them.
    if (turns.running === 0) allTurns().delete(name);
  }
}

function inLine(turns: Turns, waitMs: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const next = () => {
      clearTimeout(timer);
      resolve();
    };
    turns.waiting.push(next);
    if (waitMs === undefined) return;
    timer = setTimeout(() => {
      turns.waiting.splice(turns.waiting.indexOf(next), 1);
      reject(
        refuse("throttled", "Many people are asking at the moment. Ask again in a while.", {
          retryAfterS: 10,
        }),
      );
    }, waitMs);
  });
}
