import { sql } from "drizzle-orm";
import { createSealer } from "@/lib/audit/seal/sealer";
import { readDb } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";
import { runtime } from "@/lib/platform/runtime";
import { StartError } from "../serve/start-error";
import { closeMinutes, perform } from "./acts/perform";
import { requestAt, type World } from "./acts/world";
import { becomeDemo, type ExistingOwner, openRegistration, settleDemo } from "./become-demo";
import { createDemoClock } from "./clock";
import { makePlan } from "./plan/make-plan";
import { createRandom } from "./random";
import { colleagues, consultants, founder } from "./team/people";

interface FillOptions {
  days: number;
  /** Multiplies what people do of their own accord; 1 makes some 3,000 events in 30 days. */
  scale: number;
  /** The same seed makes the same month, but for ids and passwords. */
  seed: number;
  /** Called after each day of the demo. */
  onDay?: (day: number, days: number, events: number) => void;
}

export interface Filled {
  organization: string;
  events: number;
  /** Who may be signed in as; the password is null where it was chosen before. */
  owner: { email: string; password: string | null };
  maintainer: { email: string; password: string | null; guru: string };
}

const dayMs = 86_400_000;
/** The demo ends a little before now: it goes on while it is filled, and nothing may lie in the future. */
const restMs = 150_000;

/**
 * Fills a fresh instance with a made-up team's last days, through the product's own commands, at times of the past.
 * The process must run its commands as the maintenance role, whose login alone may turn the clock.
 * @throws StartError when the instance is not fresh, or logging is off
 */
export async function fillDemo(options: FillOptions): Promise<Filled> {
  const current = runtime();
  if (!current.env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED) {
    throw new StartError("A demo needs its log: unset SOURCEBOT_EE_AUDIT_LOGGING_ENABLED or set it to true.");
  }
  const seats = current.env.GURULOG_SEATS;
  // The founder, the guest, and the consultants.
  const most = colleagues.length + 2 + consultants.length;
  if (seats !== undefined && seats < most) {
    throw new StartError(`A demo has ${most} people at most: unset GURULOG_SEATS, or set it to as many.`);
  }
  const end = Date.now() - restMs;
  const asked = end - options.days * dayMs;
  const clock = createDemoClock(asked);
  current.demoClock = clock.now;
  try {
    await assertClockTurns(clock);
    const { owner, cutoff } = await becomeDemo(new Date(asked));
    // What is older than the retention would be gone at once.
    const start = Math.max(asked, cutoff?.getTime() ?? asked);
    const world = newWorld(options, clock, owner);
    const wasOpen = owner ? await openRegistration(true) : true;
    try {
      await live(world, options, { start, end });
    } finally {
      // The owner's own choice.
      if (!wasOpen) await openRegistration(false);
    }
    await settleDemo([...world.keys.values()]);
    await sealAll(current.urls.sealer);
    return await summary(world);
  } finally {
    delete current.demoClock;
  }
}

/** Asked once, or with a login that may not turn the clock the whole month would quietly happen today. */
async function assertClockTurns(clock: World["clock"]): Promise<void> {
  const [asked] = await inTransaction((tx) =>
    tx.execute<{ shown: string }>(
      sql`select (extract(epoch from gurulog_now()) * 1000)::bigint::text as shown`,
    ),
  );
  if (Math.abs(Number(asked?.shown) - clock.now().getTime()) < 10_000) return;
  throw new Error("this login may not turn the clock: the demo has to run as the maintenance role");
}

function newWorld(options: FillOptions, clock: World["clock"], owner: ExistingOwner | null): World {
  const world: World = {
    random: createRandom(options.seed + 1),
    clock,
    organization: owner?.organization ?? "Halden Works",
    members: new Map(),
    gurus: new Map(),
    keys: new Map(),
    visitors: new Map(),
    inviteId: "",
    guestId: null,
    counter: 0,
    views: new Map(),
    counting: false,
  };
  if (!owner) return world;
  const person = { ...founder, email: owner.email, name: owner.name };
  const request = requestAt(person, "office");
  world.members.set(founder.key, {
    person,
    accountId: owner.id,
    role: "owner",
    password: null,
    browsers: {},
    session: null,
    lastSeen: 0,
    request,
  });
  return world;
}

async function live(
  world: World,
  options: FillOptions,
  period: { start: number; end: number },
): Promise<void> {
  const plan = makePlan(period, options.scale, createRandom(options.seed));
  const days = Math.ceil((period.end - period.start) / dayMs);
  let day = 0;
  for (const planned of plan) {
    const today = Math.floor((planned.at - period.start) / dayMs) + 1;
    if (today > day) options.onDay?.(today, days, await countEvents());
    day = today;
    await perform(world, planned);
  }
  // The last minute's tries become events before the demo ends: the product's worker would give them today's time.
  await closeMinutes(world, Number.POSITIVE_INFINITY);
}

async function countEvents(): Promise<number> {
  const [row] = await readDb().execute<{ n: number }>(sql`select count(*)::int as n from audit_event`);
  return row?.n ?? 0;
}

/** Until nothing waits: counts and choices of the pages are exact from the first look on. */
async function sealAll(sealerUrl: string): Promise<void> {
  const sealer = createSealer({ sealerUrl });
  try {
    const deadline = Date.now() + 60_000;
    for (;;) {
      await sealer.sealOnce();
      const [row] = await readDb().execute<{ waits: boolean }>(
        sql`select exists (select from audit_outbox) as waits`,
      );
      if (!row?.waits) return;
      if (Date.now() > deadline) throw new Error("the demo's events could not be sealed within a minute");
    }
  } finally {
    await sealer.stop();
  }
}

async function summary(world: World): Promise<Filled> {
  const owner = world.members.get(founder.key);
  const guru = [...world.gurus.values()][0];
  const maintainer = guru && world.members.get(guru.spec.maker);
  if (!owner || !guru || !maintainer) throw new Error("the demo has no owner or no guru");
  return {
    organization: world.organization,
    events: await countEvents(),
    owner: { email: owner.person.email, password: owner.password },
    maintainer: { email: maintainer.person.email, password: maintainer.password, guru: guru.spec.name },
  };
}
