/** Who acts in the made log, and where. */
export interface Cast {
  /** Accounts that stand today, with today's e-mail. */
  accounts: { id: string; email: string }[];
  gurus: { id: string; slug: string }[];
  retired: { id: string; slug: string }[];
  /** Account and the e-mail under which it acts, `from` and up to a share of the log. */
  actors: { account: string; email: string | null; share: [number, number] }[];
  erased: string;
  keyId: string;
}

export type MadeEvent = Record<string, unknown>;

const id = (kind: string, n: number) => `00000000-0000-7000-8000-0000000${kind}00${n}`;
const guruId = (n: number) => id("a0", n);
const personId = (n: number) => id("b0", n);

export function castOf(erased: string): Cast {
  return {
    accounts: [
      { id: personId(1), email: "Ada@Halden.example" },
      { id: personId(2), email: "Bob_%@halden.example" },
      { id: personId(4), email: "dora@halden.example" },
      // The address of somebody who left is another one's today.
      { id: personId(5), email: "cy@halden.example" },
    ],
    gurus: [
      { id: guruId(1), slug: "billing" },
      { id: guruId(2), slug: "ops-renamed" },
    ],
    retired: [
      { id: guruId(3), slug: "gone" },
      { id: guruId(4), slug: "gone-too" },
    ],
    actors: [
      { account: personId(1), email: "ada.before@halden.example", share: [0, 0.4] },
      { account: personId(1), email: "ada@halden.example", share: [0.4, 1] },
      { account: personId(2), email: "BOB_%@halden.example", share: [0, 1] },
      { account: personId(3), email: "cy@halden.example", share: [0, 0.6] },
      // Nobody knows more of her than the address typed at failed sign-ins.
      { account: personId(4), email: null, share: [0, 1] },
      { account: personId(5), email: "frank@halden.example", share: [0.5, 1] },
      { account: erased, email: "eva@halden.example", share: [0, 0.7] },
    ],
    erased,
    keyId: "00000000-0000-4000-8000-0000000000c1",
  };
}

/** Texts that are hard on a search. */
export const hardTexts = [
  "100%",
  "a_b\\c",
  "O'Brien; --",
  "$1",
  "{x}",
  "\u202eevil",
  "émoji 🦊 Ähre",
  "=1+1",
  "line\nbreak",
  "tab\there",
  "Ωmega",
  "x",
];
const addresses = [
  "203.0.113.1",
  "203.0.113.10",
  "203.0.113.100",
  "198.51.100.7",
  "2001:db8::7",
  "2001:db8::70",
];
/** Names of gurus as events remember them, in the order of their ids. */
const guruSlugs = ["billing", "ops", "gone", "gone-too", "only-in-events"];

/** Numbers from 0 to 1, the same at each run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Events as rows of `audit_event`, from five days before the cut-off to two hours before now, in the order in which they
 * are recorded; times go their own ways.
 * @param options.cutoffMs 00:00 UTC of the oldest day that is kept
 */
export function madeEvents(options: {
  cast: Cast;
  cutoffMs: number;
  count: number;
  seed: number;
  first?: number;
  isAfterErasure?: boolean;
}): MadeEvent[] {
  const { cast, cutoffMs, count, first = 0 } = options;
  const random = numbers(options.seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() ** 1.7 * values.length)] as T;
  const from = cutoffMs - 5 * 86_400_000;
  // Few moments, so that many events share one; those at the ends of days and of the period kept among them.
  const moments = Array.from(
    { length: 500 },
    () => from + Math.floor(random() * (Date.now() - 7_200_000 - from)),
  );
  for (let day = 0; day < 4; day += 1)
    moments.push(cutoffMs + day * 86_400_000, cutoffMs + day * 86_400_000 - 1);
  return Array.from({ length: count }, (_, i) => {
    const kind = pick(["user", "user", "api_key", "anonymous", "system"] as const);
    const there = cast.actors.filter(
      ({ account, share }) =>
        i / count >= share[0] && i / count < share[1] && (!options.isAfterErasure || account !== cast.erased),
    );
    const named = there.filter(({ email }) => email !== null);
    const who = kind === "anonymous" ? pick(there) : pick(named);
    const isKnown = kind !== "system" && (kind !== "anonymous" || random() < 0.6);
    const guru = random() < 0.6 ? Math.floor(random() * guruSlugs.length) : null;
    const slug = guru === null ? null : guruSlugs[guru];
    const isAttempt = kind === "anonymous" && isKnown;
    // The erasure takes the number of those that tell of the person; their time has to tell them apart.
    const ms =
      isAttempt && who.account === cast.erased
        ? cutoffMs + i * 600_000
        : (moments[Math.floor(random() * moments.length)] ?? from);
    const micros = pick(["000", "999", "001", "500"]);
    return {
      occurred_at: new Date(ms).toISOString().replace("Z", `${micros}Z`),
      org_id: random() < 0.07 ? 2 : 1,
      guru_id: guru === null ? null : guruId(guru + 1),
      guru_slug: slug,
      guru_name: slug && `Guru ${slug.toUpperCase()}`,
      model: pick(["User", "GuruType", "DataSource", "it's"]),
      action: pick(["guru.updated", "user.signed_in", "datasource.added"]),
      operation: pick(["UPDATE_GURU", "LOGIN_SUCCESS", "ADD_DATASOURCE", "X'--"]),
      action_type: pick(["access", "updated", "created", "deleted"]),
      outcome: pick(["success", "success", "success", "failure", "unknown"]),
      actor_type: kind,
      actor_id: kind === "user" ? who.account : kind === "api_key" ? cast.keyId : kind,
      actor_email: kind === "user" || kind === "api_key" ? who.email : null,
      account_id: isKnown ? who.account : null,
      ip: kind === "system" ? null : pick(addresses),
      target_type: "guru",
      target_id: random() < 0.2 ? pick(hardTexts) : `target-${Math.floor(random() * 30)}`,
      target_label: isAttempt
        ? (who.email ?? "dora@halden.example")
        : random() < 0.3
          ? pick(hardTexts)
          : `Object ${Math.floor(random() * 40)}`,
      details: { n: first + i },
      version: "test",
    };
  });
}
