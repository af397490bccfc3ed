import "server-only";

const slot = Symbol.for("gurulog.few-at-once");

interface Turns {
  running: number;
  waiting: (() => void)[];
}

/** Shared by all module graphs of the process. */
function turnsOf(name: string): Turns {
  const holder = globalThis as { [slot]?: Map<string, Turns> };
  holder[slot] ??= new Map();
  const found = holder[slot].get(name) ?? { running: 0, waiting: [] };
  holder[slot].set(name, found);
  return found;
}

/**
 * Runs `work` when fewer than `most` others of that name run in this process; first come, first served. A flood of them
 * then waits here, and not in the pool of connections, before everybody else's pages.
 * @param name of the kind of work; a fixed one
 */
export async function fewAtOnce<T>(name: string, most: number, work: () => Promise<T>): Promise<T> {
  const turns = turnsOf(name);
  if (turns.running >= most) await new Promise<void>((resolve) => turns.waiting.push(resolve));
  else turns.running += 1;
  try {
    return await work();
  } finally {
    // The place goes to the next in line without becoming free in between.
    const next = turns.waiting.shift();
    if (next) next();
    else turns.running -= 1;
  }
}
