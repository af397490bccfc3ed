import { createHash } from "node:crypto";
import type { Change } from "@/lib/audit/record/event-input";

/** What of a guru may be changed, as its row holds it. */
export interface GuruSettings {
  name: string;
  description: string;
  topics: string;
  introText: string;
  exampleQuestions: string[];
  instructions: string;
  visibility: "private" | "organization";
  logo: Buffer | null;
}

/** The allow-list of the change list, with the names that the log shows. */
const shownAs = {
  name: "name",
  description: "description",
  topics: "topics",
  introText: "intro_text",
  exampleQuestions: "example_questions",
  instructions: "instructions",
  visibility: "visibility",
  logo: "logo",
} as const satisfies Record<keyof GuruSettings, string>;

/** A picture is shown by size and digest, never by its bytes. */
function shown(value: unknown): unknown {
  if (!Buffer.isBuffer(value)) return value;
  return { bytes: value.length, sha256: createHash("sha256").update(value).digest("hex") };
}

/** Each changed field before and after, in the order of the form; empty when nothing changes. */
export function changesOf(before: GuruSettings, after: GuruSettings): Change[] {
  return (Object.keys(shownAs) as (keyof GuruSettings)[])
    .map((key) => ({ field: shownAs[key], before: shown(before[key]), after: shown(after[key]) }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}
