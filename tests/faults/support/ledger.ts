import { appendFileSync, existsSync, readFileSync } from "node:fs";

export const kinds = [
  "create-key",
  "delete-key",
  "create-guru",
  "update-guru",
  "delete-guru",
  "add-source",
  "ask",
  "sign-in",
  "fail-sign-in",
  "sign-out",
  "read-log",
] as const;
export type Kind = (typeof kinds)[number];

/**
 * What is known of an act from outside: `done` was acknowledged, `refused` was answered with "nothing was changed", of
 * `unknown` there is no answer, so it may stand or not, but never by half.
 */
export type Outcome = "done" | "refused" | "unknown";

export interface Act {
  /** Unique; sent as the user agent, so that the event tells which act it is of. */
  marker: string;
  client: number;
  kind: Kind;
  /** What was asked for, to find it in the data. */
  about: Record<string, string>;
  /** Milliseconds of this machine's clock: before the first byte was sent, after the last was received. */
  sentAt: number;
  answeredAt: number;
  outcome: Outcome;
  /** How often it was sent, with one attempt id. */
  tries: number;
  /** Why it is not `done`, in the server's words or the connection's. */
  note?: string;
}

export const now = (): number => performance.timeOrigin + performance.now();

/** The load's own book, in a process that nobody kills: a line before an act is sent, another with what came of it. */
export function openLedger(file: string) {
  const write = (line: object) => appendFileSync(file, `${JSON.stringify(line)}\n`);
  return {
    sending: (act: Pick<Act, "marker" | "client" | "kind" | "about" | "sentAt">) => write(act),
    settled: (marker: string, end: Pick<Act, "outcome" | "answeredAt" | "tries" | "note">) =>
      write({ marker, ...end }),
  };
}

/** The markers of what a ledger that is still being written says was acknowledged. */
export function acknowledgedIn(file: string): string[] {
  if (!existsSync(file)) return [];
  // By its text: the last line may be there by half.
  const found = readFileSync(file, "utf8").matchAll(/"marker":"([^"]+)","outcome":"done"/g);
  return Array.from(found, ([, marker]) => marker ?? "");
}

/** All acts of a ledger; one whose end is not written is unknown. */
export function readLedger(file: string): Act[] {
  const acts = new Map<string, Act>();
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const entry = JSON.parse(line) as Partial<Act> & { marker: string };
    const before = acts.get(entry.marker) ?? {
      outcome: "unknown",
      answeredAt: Number.POSITIVE_INFINITY,
      tries: 1,
    };
    acts.set(entry.marker, { ...before, ...entry } as Act);
  }
  return [...acts.values()];
}
