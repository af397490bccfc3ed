import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { toHex } from "@/lib/audit/proof/bytes";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import type { OutsideCheckpoint } from "@/lib/audit/proof/verify-log/task";
import { send } from "../../e2e/support/matrix-send";
import type { FaultWorld } from "./world";

/** A state of the log that somebody outside has seen: it may never be taken back. */
export interface SeenCheckpoint {
  origin: string;
  size: number;
  /** Hexadecimal. */
  root: string;
  from: "table" | "head" | "file" | "http";
}

export interface CheckpointWatch {
  seen(): SeenCheckpoint[];
  /** The signed notes among them. */
  notes(): OutsideCheckpoint[];
  /** Checkpoints of one size with different roots: two histories. */
  forks(): string[];
  stop(): Promise<void>;
}

/** Looks all the while, in every place where a checkpoint can be seen. */
export function watchCheckpoints(world: FaultWorld): CheckpointWatch {
  const seen = new Map<string, SeenCheckpoint>();
  const notes = new Map<string, OutsideCheckpoint>();
  const forks: string[] = [];
  let over = false;
  const keep = (found: SeenCheckpoint) => {
    const key = `${found.origin} ${found.size}`;
    const before = seen.get(key);
    if (before && before.root !== found.root) forks.push(`${key}: ${before.root} and ${found.root}`);
    if (!before) seen.set(key, found);
  };
  const note = (text: string, from: SeenCheckpoint["from"]) => {
    const { origin, size, root } = parseCheckpoint(text);
    notes.set(text, { from: `a checkpoint seen in the ${from}`, note: text });
    keep({ origin, size, root: toHex(root), from });
  };
  const looks: [everyMs: number, look: () => Promise<void>][] = [
    [
      150,
      () =>
        world.ask(async (sql) => {
          for (const row of await sql<{ note: string }[]>`
            select note from audit_checkpoint order by created_at desc limit 50`)
            note(row.note, "table");
          for (const { size, ...head } of await sql<{ origin: string; size: string; root: string }[]>`
            select origin, size::text, encode(root, 'hex') as root from audit_head where root is not null`)
            keep({ ...head, size: Number(size), from: "head" });
        }),
    ],
    [
      100,
      async () => {
        for (const file of ["last-signed.json", "audit/last-signed.json"].map((f) =>
          path.join(world.dataDir, f),
        ))
          if (existsSync(file))
            for (const text of notesIn(JSON.parse(readFileSync(file, "utf8")))) note(text, "file");
      },
    ],
    [
      1_000,
      async () => {
        const answer = await send(world.url, "/api/ee/audit/checkpoint", {
          headers: { "x-org-domain": "~", "x-sourcebot-api-key": world.readerKey, "user-agent": "watcher" },
        });
        if (answer.status === 200) note(answer.text, "http");
      },
    ],
  ];
  const running = looks.map(async ([everyMs, look]) => {
    while (!over) {
      // The database or the product is being killed: the next look will find it.
      await look().catch((error: unknown) => {
        if (/malformed/.test(String(error))) forks.push(String(error));
      });
      await delay(everyMs);
    }
  });
  return {
    seen: () => [...seen.values()].sort((a, b) => a.size - b.size),
    notes: () => [...notes.values()],
    forks: () => forks,
    async stop() {
      over = true;
      await Promise.all(running);
    },
  };
}

/** The signed notes in a file, whatever it is built like. */
function notesIn(value: unknown): string[] {
  if (typeof value === "string") return value.includes("\n\n\u2014 ") ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(notesIn) : [];
}
