import { setTimeout as delay } from "node:timers/promises";
import type { FaultWorld } from "./world";

const killKinds = ["web", "postmaster", "backend", "all of Postgres", "web and postmaster"] as const;
export type KillKind = (typeof killKinds)[number];

function signal(pid: number, name: "SIGKILL" | "SIGSTOP"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended by itself just now
  }
}

/** Kills at once, without a word, and brings back what does not come back by itself, as an operator would. */
export async function killOne(world: FaultWorld, kind: KillKind, random: () => number): Promise<void> {
  const web = world.product();
  if (kind === "all of Postgres") return killAllOfPostgres(world);
  if (kind !== "web") {
    const [first] = shuffled(world.backends(), random);
    signal(kind === "backend" ? (first ?? world.postmaster()) : world.postmaster(), "SIGKILL");
  }
  if (kind === "web" || kind === "web and postmaster") {
    signal(web.pid, "SIGKILL");
    await delay(random() * 300);
    await world.startAgain();
  }
}

/** Kills every process of Postgres at the same time: what its memory held and no file is gone. */
export async function killAllOfPostgres(world: FaultWorld): Promise<void> {
  const all = [world.postmaster(), ...world.backends()];
  // Stopped first, so that none of them notices the end of another and writes on its way out.
  for (const pid of all) signal(pid, "SIGSTOP");
  for (const pid of all) signal(pid, "SIGKILL");
}

/** Web and Postgres by turns, each kind of the latter by chance; every tenth takes both. */
export function killAt(number: number, random: () => number): KillKind {
  if (number % 10 === 9) return "web and postmaster";
  if (number % 2 === 0) return "web";
  return (["postmaster", "backend", "all of Postgres"] as const)[Math.floor(random() * 3)] ?? "backend";
}

function shuffled<T>(list: T[], random: () => number): T[] {
  return list
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
