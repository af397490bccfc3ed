import { constants, setPriority } from "node:os";

/**
 * Lets a process of heavy background work stand back behind those that people wait for. A courtesy: a process that has
 * ended by now, or a system that forbids it, is no reason not to do the work.
 */
export function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
}
