/**
 * Does work that ends when its time is over.
 * @param work must end when its signal does
 * @throws what `late` gives when the time, and not the signal, ended it
 */
export async function withinTime<T>(
  { ms, signal, late }: { ms: number; signal: AbortSignal; late: () => Error },
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(ms);
  try {
    return await work(AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    throw limit.aborted ? late() : error;
  }
}
