import { setTimeout as delay } from "node:timers/promises";
import type { OutsideCheckpoint } from "@/lib/audit/proof/verify-log/task";
import { canTrace, type IoErrorKind, injectIoErrors, ioErrorKinds } from "./io-errors";
import { type KillKind, killAt, killOne } from "./kills";
import type { Act } from "./ledger";
import type { Plan } from "./plan";
import { randomFrom } from "./random";
import { type Load, startLoad } from "./run-load";
import { type SeenCheckpoint, watchCheckpoints } from "./watch-checkpoints";
import type { FaultWorld } from "./world";

export interface FaultRun {
  acts: Act[];
  kills: KillKind[];
  /** Calls that failed, by kind. */
  ioErrors: Partial<Record<IoErrorKind, number>>;
  seen: SeenCheckpoint[];
  notes: OutsideCheckpoint[];
  forks: string[];
}

/** Load, and one fault after the other; at the end everything is up and at rest. */
export async function runFaults(world: FaultWorld, plan: Plan): Promise<FaultRun> {
  const random = randomFrom(plan.seed);
  const watch = watchCheckpoints(world);
  const load = await startLoad({ ...world, prefix: "f", seed: plan.seed });
  const kills: KillKind[] = [];
  const ioErrors: FaultRun["ioErrors"] = {};
  const possible = canTrace() ? ioErrorKinds : (["file too large"] as const);
  const everyKills = Math.floor(plan.kills / Math.max(1, plan.ioErrors));
  let recovered = true;
  for (let number = 0; number < plan.kills; number++) {
    await calm(load, recovered ? plan : { ...plan, calmActs: 0 }, random);
    const kind = killAt(number, random);
    await killOne(world, kind, random);
    kills.push(kind);
    if (kills.length % 10 === 0) console.log(`faults: ${kills.length} of ${plan.kills} kills`);
    // Now and then the next blow falls while it is still recovering.
    recovered = random() < 0.85;
    if (recovered) await world.healthy();
    const io = Math.floor(number / everyKills);
    if (number % everyKills !== everyKills - 1 || io >= plan.ioErrors) continue;
    await world.healthy();
    recovered = true;
    await calm(load, plan, random);
    const error = possible[io % possible.length] as IoErrorKind;
    ioErrors[error] = (ioErrors[error] ?? 0) + (await injectIoErrors(world, error, random));
    await world.healthy();
  }
  await world.healthy();
  await calm(load, plan, random);
  const acts = await load.stop();
  await atRest(world);
  await watch.stop();
  await atRest(world);
  return { acts, kills, ioErrors, seen: watch.seen(), notes: watch.notes(), forks: watch.forks() };
}

/**
 * Undisturbed load: for a time by chance, and until enough was done for the next fault to strike a load that is one. A
 * slow machine takes longer over it.
 * @throws when the product acknowledges too little although nothing disturbs it
 */
async function calm(load: Load, plan: Plan, random: () => number): Promise<void> {
  const before = load.acknowledged().length;
  const until = Date.now() + 90_000;
  await delay(plan.calmMs[0] + random() * plan.calmMs[1]);
  for (;;) {
    const done = load.acknowledged().length - before;
    if (done >= plan.calmActs) return;
    if (Date.now() > until) throw new Error(`${done} acts acknowledged in 90 s without a fault`);
    await delay(100);
  }
}

/** Until nothing waits to be sealed. (An indexing that was cut off is taken up minutes later, so it is not waited for.) */
export async function atRest(world: FaultWorld): Promise<void> {
  const until = Date.now() + 90_000;
  for (;;) {
    const [outbox] = await world.ask(
      (sql) => sql<{ count: number }[]>`select count(*)::int from audit_outbox`,
    );
    if (outbox?.count === 0) return;
    if (Date.now() > until) throw new Error(`${outbox?.count} events are not sealed`);
    await delay(200);
  }
}
