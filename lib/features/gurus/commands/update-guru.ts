import "server-only";
import { eq } from "drizzle-orm";
import { guruUpdated } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { changesOf, type GuruSettings } from "../rules";
import { updateGuruInput } from "../schemas";

/**
 * A maintainer changes a guru's settings; each changed field stands in the event, before and after. Where nothing
 * changes, nothing is recorded and the answer says so.
 */
export const updateGuru = command({
  name: "update-guru",
  input: updateGuruInput,
  allow: onGuru<{ guru: string }>("guru:update", ({ guru }) => guru),
  event: guruUpdated,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, scope }) {
    const { guru } = schema;
    const [found] = await tx.select().from(guru).where(eq(guru.id, scope.guru.id)).for("update");
    if (!found) throw refuse("not_found", "This guru was just deleted.");
    const before: GuruSettings = found;
    const after = settingsAfter(before, input);
    const changes = changesOf(before, after);
    const named = { id: found.id, slug: found.slug, name: after.name };
    const value = { ...named, changed: changes.map((c) => c.field) };
    if (changes.length === 0) return { value, audit: null };
    const logoType = after.logo === null ? null : (input.logo?.type ?? found.logoType);
    await tx
      .update(guru)
      .set({ ...after, logoType })
      .where(eq(guru.id, found.id));
    return { value, audit: { label: after.name, guru: named, changes } };
  },
});

type Input = typeof updateGuruInput._output;

function settingsAfter(before: GuruSettings, input: Input): GuruSettings {
  const text = (key: "name" | "description" | "topics" | "introText" | "instructions") =>
    input[key] === undefined ? before[key] : cleanText(input[key]);
  const logo = input.logo ? Buffer.from(input.logo.base64, "base64") : input.removeLogo ? null : before.logo;
  return {
    name: text("name"),
    description: text("description"),
    topics: text("topics"),
    introText: text("introText"),
    exampleQuestions: input.exampleQuestions?.map((q) => cleanText(q)) ?? before.exampleQuestions,
    instructions: text("instructions"),
    visibility: input.visibility ?? before.visibility,
    logo,
  };
}
