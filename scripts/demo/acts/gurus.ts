import { emptyFilter } from "@/lib/audit/query/filter";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { rateAnswer } from "@/lib/features/ask/commands/rate-answer";
import { recordAuditViewed } from "@/lib/features/audit-log/commands/view-audit-logs";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { updateGuru } from "@/lib/features/gurus/commands/update-guru";
import { guruSettings } from "@/lib/features/gurus/queries";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { removeMaintainer } from "@/lib/features/team/commands/remove-maintainer";
import { gurus, shortLived } from "../gurus/all";
import type { Edit } from "../gurus/spec";
import { present } from "./accounts";
import {
  callOf,
  done,
  type LiveGuru,
  type Member,
  memberOf,
  pickAskable,
  pickMaintained,
  refused,
  type World,
} from "./world";

export function liveGuru(world: World, slug: string): LiveGuru {
  const guru = world.gurus.get(slug);
  if (!guru) throw new Error(`the demo has no guru ${slug} yet`);
  return guru;
}

export async function makeGuru(world: World, { slug }: { slug: string }): Promise<void> {
  const spec = [...gurus, shortLived].find((guru) => guru.slug === slug);
  if (!spec) throw new Error(`the demo knows no guru ${slug}`);
  const { name, description, topics, introText, exampleQuestions, instructions, visibility } = spec;
  const input = { slug, name, description, topics, introText, exampleQuestions, instructions, visibility };
  done(await createGuru.execute({ ...callOf(await present(world, spec.maker)), input }));
  const maintainers = new Set([spec.maker]);
  world.gurus.set(slug, { spec, visibility, maintainers, sources: [], textsAdded: 0, editsMade: 0 });
}

export async function deleteGuruAct(world: World, { slug }: { slug: string }): Promise<void> {
  const guru = liveGuru(world, slug);
  const call = callOf(await present(world, guru.spec.maker));
  done(await deleteGuru.execute({ ...call, input: { guru: slug, confirmation: slug } }));
  world.gurus.delete(slug);
}

/** Whoever made the guru runs its team. */
const runs = (world: World, guru: LiveGuru): Promise<Member> => present(world, guru.spec.maker);

export async function addMaintainerAct(
  world: World,
  { slug, who }: { slug: string; who: string },
): Promise<void> {
  const guru = liveGuru(world, slug);
  const { email } = memberOf(world, who).person;
  if (guru.maintainers.has(who)) return;
  done(await addMaintainer.execute({ ...callOf(await runs(world, guru)), input: { guru: slug, email } }));
  guru.maintainers.add(who);
}

export async function removeMaintainerAct(
  world: World,
  { slug, who }: { slug: string; who: string },
): Promise<void> {
  const guru = liveGuru(world, slug);
  const { accountId } = memberOf(world, who);
  if (!guru.maintainers.has(who)) return;
  done(
    await removeMaintainer.execute({ ...callOf(await runs(world, guru)), input: { guru: slug, accountId } }),
  );
  guru.maintainers.delete(who);
}

/** The next edit of one of the member's gurus; when all are made, other example questions, or a hint in the instructions. */
export async function editGuru(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  const guru = pickMaintained(world, member);
  if (!guru) return;
  const edit = guru.spec.edits[guru.editsMade] ?? smallEdit(world, guru);
  done(await updateGuru.execute({ ...callOf(member), input: { guru: guru.spec.slug, ...edit } }));
  guru.editsMade += 1;
  if (edit.visibility) guru.visibility = edit.visibility;
}

const hints = [
  "Keep answers under a hundred words.",
  "Give the title of the source first.",
  "If two sources disagree, quote both.",
  "Say when a source is older than a year.",
  "Answer in the language of the question.",
  "End with whom to ask next.",
] as const;

function smallEdit(world: World, { spec }: LiveGuru): Edit {
  const { random } = world;
  if (random.chance(0.4))
    return { instructions: `${spec.edits.at(-1)?.instructions ?? spec.instructions} ${random.pick(hints)}` };
  const first = random.between(0, spec.questions.length - 3);
  return { exampleQuestions: spec.questions.slice(first, first + random.between(2, 3)) };
}

const openings = ["", "", "", "", "", "Quick question: ", "Hi, ", "For a customer: "] as const;

/** Somebody asks one of their gurus and, where they say so, votes on the answer. */
export async function ask(world: World, { who, vote }: { who: string; vote?: "up" | "down" }): Promise<void> {
  const member = await present(world, who);
  const guru = pickAskable(world, member);
  const question = guru && world.random.pickAny(guru.spec.questions);
  if (!guru || question === undefined) return;
  const input = { guru: guru.spec.slug, question: `${world.random.pick(openings)}${question}` };
  const { questionId } = done(await askGuru.execute({ ...callOf(member), input }));
  if (!vote) return;
  world.clock.advanceTo(world.clock.now().getTime() + world.random.between(8_000, 40_000));
  done(await rateAnswer.execute({ ...callOf(member), input: { guru: guru.spec.slug, questionId, vote } }));
}

/** Somebody follows a link to what is not theirs: another guru's settings, or the log of the whole organization. */
export async function wander(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  if (member.role === "owner") return;
  const call = callOf(member);
  const foreign = [...world.gurus.values()].filter((guru) => !guru.maintainers.has(who));
  const guru = world.random.pickAny(foreign);
  world.counting = true;
  if (!guru || world.random.chance(0.4)) {
    refused(await recordAuditViewed(call.principal, call.request, { kind: "global" }, emptyFilter));
    return;
  }
  // People reload a page that does not open: the further tries of the minute become one event.
  for (let n = world.random.between(1, 3); n > 0; n--) {
    refused(await guruSettings.execute({ ...call, input: guru.spec.slug }));
    world.clock.advanceTo(world.clock.now().getTime() + world.random.between(1_500, 6_000));
  }
}
