import fc from "fast-check";
import { hardTexts } from "./made-events";
import type { LogRow, ManySidedLog } from "./many-sided-log";
import type { Wanted } from "./reference";

/** A filter as an address spells it, and what it means. */
export interface AskedFilter {
  params: [string, string][];
  wanted: Wanted;
  /** Id and slug of a guru whose page asks; null for the whole log. */
  scope: { id: string; slug: string } | null;
}

type Of<T> = (row: LogRow) => T;
const otherSpellings: Record<string, string> = {
  "2001:db8::7": "2001:DB8:0:0::7",
  "2001:db8::70": "2001:0db8::0070",
};
const zones: [string, number][] = [
  ["Z", 0],
  ["z", 0],
  ["+02:00", 120],
  ["-09:30", -570],
  [" 05:45", 345],
];
const specials = [
  "%",
  "_",
  "\\",
  "ob",
  "É",
  "ä",
  "🦊",
  "$1",
  "''",
  "no such text",
  "203.0.113.1",
  "2001:DB8",
  "TARGET-1",
  ...hardTexts,
];

/**
 * Filters around one or two events of the log, so that most of them choose something: each value is one of theirs, or,
 * now and then, another one.
 */
export function filtersOf(log: ManySidedLog): fc.Arbitrary<AskedFilter> {
  const { cast } = log;
  const scopes = [null, null, null, ...cast.gurus];
  const slugOf = (row: LogRow) =>
    row.guru_id === null
      ? "none"
      : ([...cast.gurus, ...cast.retired].find((g) => g.id === row.guru_id)?.slug ?? row.guru_slug ?? "none");
  const actorsOf: Of<string>[] = [
    (row) => row.account_id ?? row.actor_id,
    (row) => row.actor_email?.toUpperCase() ?? row.actor_type.replace("user", "nobody"),
    (row) => row.actor_id,
    (row) => (row.actor_type === "system" ? "system" : "anonymous"),
  ];
  const values = (of: Of<string> | Of<string>[], others: string[], rarity = 4) =>
    fc.record({
      kind: fc.oneof(
        { weight: rarity, arbitrary: fc.constant("none" as const) },
        { weight: 2, arbitrary: fc.constantFrom("first" as const, "both" as const) },
      ),
      of: fc.constantFrom(...(Array.isArray(of) ? of : [of])),
      others: fc.oneof(
        { weight: 3, arbitrary: fc.constant([] as string[]) },
        { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...others), { maxLength: 2 }) },
      ),
    });
  const emails = cast.accounts.map(({ email }) => email.toLowerCase());
  const dimensions = {
    guru: values(
      slugOf,
      [...cast.gurus, ...cast.retired]
        .map((g) => g.slug)
        .concat("none", "ops", "only-in-events", "unheard-of"),
    ),
    model: values((row) => row.model, ["User", "Nope"]),
    actor: values(
      actorsOf,
      [
        ...emails,
        cast.erased,
        cast.keyId,
        "system",
        "nobody",
        "eva@halden.example",
        "ada.before@halden.example",
      ],
      3,
    ),
    actionType: values((row) => row.action_type, ["access", "deleted"]),
    operation: values((row) => row.operation, ["UPDATE_GURU", "NOPE"]),
    outcome: values((row) => row.outcome, ["failure"]),
    action: values((row) => row.action, ["user.signed_in"], 9),
    target: values((row) => row.target_id, ["target-1", ...hardTexts.slice(0, 3)], 12),
    ip: values((row) => row.ip ?? "203.0.113.1", ["198.51.100.7", "2001:db8::7"], 9),
  };
  return fc
    .record({
      scope: fc.constantFrom(...scopes),
      seeds: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
      chosen: fc.record(dimensions),
      since: edge(),
      until: edge(),
      search: search(),
    })
    .map(({ scope, seeds, chosen, since, until, search }) => {
      const inScope = log.rows.filter((row) => !row.expired && (!scope || row.guru_id === scope.id));
      const [first, second, third, fourth] = seeds.map((n) => inScope[n % inScope.length] as LogRow) as [
        LogRow,
        LogRow,
        LogRow,
        LogRow,
      ];
      const wanted: Wanted = {
        guru: [],
        model: [],
        actor: [],
        actionType: [],
        operation: [],
        outcome: [],
        action: [],
        target: [],
        ip: [],
        sinceMs: null,
        untilMs: null,
        q: null,
      };
      const params: [string, string][] = [];
      for (const name of Object.keys(dimensions) as (keyof typeof dimensions)[]) {
        const { kind, of, others } = chosen[name];
        if (kind === "none") continue;
        const given = kind === "first" ? [of(first)] : [of(first), of(second)];
        wanted[name] = [...new Set([...given, ...others])];
        for (const value of wanted[name])
          params.push([name, name === "ip" ? (otherSpellings[value] ?? value) : value]);
      }
      // Around the first event mostly; else anywhere, and perhaps around nothing.
      const times = [third, fourth].map(msOf).sort((a, b) => a - b) as [number, number];
      const sinceMs = since && (since.isAround ? Math.min(msOf(first), times[0]) : times[0]) + since.shiftMs;
      const untilMs = until && (until.isAround ? Math.max(msOf(first), times[1]) : times[1]) + until.shiftMs;
      if (since && sinceMs !== null) {
        wanted.sinceMs = sinceMs;
        params.push(["since", spelled(sinceMs, since)]);
      }
      if (until && untilMs !== null && (sinceMs === null || sinceMs < untilMs)) {
        wanted.untilMs = untilMs;
        params.push(["until", spelled(untilMs, until)]);
      }
      const q = search?.(first).trim();
      if (q) {
        wanted.q = q;
        params.push(["q", q]);
      }
      return { params, wanted, scope };
    });
}

const msOf = (row: LogRow) => Number(BigInt(row.micros) / 1_000n);

interface Edge {
  isAround: boolean;
  shiftMs: number;
  digits: string;
  zone: [string, number];
}

function edge(): fc.Arbitrary<Edge | null> {
  return fc.option(
    fc.record({
      isAround: fc.oneof(
        { weight: 4, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
      shiftMs: fc.constantFrom(0, 0, -1, 1),
      digits: fc.constantFrom("", "000", "001", "999", "999999"),
      zone: fc.constantFrom(...zones),
    }),
    { freq: 1, nil: null },
  );
}

/** RFC 3339 of the same millisecond in a zone, with further digits that are cut off. */
function spelled(ms: number, { digits, zone: [zone, minutes] }: Edge): string {
  return new Date(ms + minutes * 60_000).toISOString().replace("Z", `${digits}${zone}`);
}

/** A piece of one of the event's texts, in any case; or a text that is hard. */
function search(): fc.Arbitrary<Of<string> | null> {
  const pieces = fc
    .record({
      of: fc.constantFrom<Of<string | null>[]>(
        (row) => row.actor_email,
        (row) => row.target_label,
        (row) => row.guru_name,
        (row) => row.guru_slug,
        (row) => row.operation,
      ),
      start: fc.nat(),
      length: fc.constantFrom(1, 2, 2, 3, 4, 8, 40),
      cased: fc.constantFrom(
        (t: string) => t,
        (t: string) => t.toUpperCase(),
        (t: string) => t.toLowerCase(),
      ),
    })
    .map(
      ({ of, start, length, cased }): Of<string> =>
        (row) => {
          const characters = [...(of(row) ?? row.operation)];
          const at = start % Math.max(1, characters.length - length + 1);
          return cased(characters.slice(at, at + length).join(""));
        },
    );
  const beginnings = fc
    .record({
      of: fc.constantFrom<Of<string | null>[]>(
        (row) => row.target_id,
        (row) => row.ip,
      ),
      length: fc.integer({ min: 1, max: 14 }),
    })
    .map(
      ({ of, length }): Of<string> =>
        (row) =>
          [...(of(row) ?? "target-1")].slice(0, length).join(""),
    );
  return fc.option(
    fc.oneof(
      { weight: 4, arbitrary: pieces },
      { weight: 2, arbitrary: beginnings },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...specials).map(
          (text): Of<string> =>
            () =>
              text,
        ),
      },
    ),
    { freq: 1, nil: null },
  );
}
