import "server-only";

const slot = Symbol.for("gurulog.one-at-a-time");

/** The end of the queue of each key; shared by the module graphs of the process. */
function queues(): Map<string, Promise<void>> {
  const holder = globalThis as { [slot]?: Map<string, Promise<void>> };
  holder[slot] ??= new Map();
  return holder[slot];
}

/**
 * Runs `work` when no other work of any of these keys runs in this process; first come, first served. So tries sent in
 * parallel are decided one after the other, and the delay that one causes holds for the next.
 * @param keys taken in sorted order, so that two callers never wait for each other
 */
export async function oneAtATime<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
  const [key, ...rest] = [...new Set(keys)].sort();
  if (key === undefined) return work();
  const held = queues();
  const before = held.get(key);
  let done = () => {};
  const mine = new Promise<void>((resolve) => {
    done = resolve;
  });
  held.set(key, mine);
  await before;
  try {
    return await oneAtATime(rest, work);
  } finally {
    if (held.get(key) === mine) held.delete(key);
    done();
  }
}
