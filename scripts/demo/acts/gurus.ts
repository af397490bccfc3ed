import { recordAuditViewed } from "@/lib/features/audit-log/commands/view-audit-logs";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { emptyFilter } from "@/lib/audit/query/filter";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { updateGuru } from "@/lib/features/gurus/commands/update-guru";
import { guruSettings } from "@/lib/features/gurus/queries";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { removeMaintainer } from "@/lib/features/team/commands/remove-maintainer";
import { gurus, shortLived } from "../gurus/all";
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
  done(await createGuru.execute({ ...callOf(memberOf(world, spec.maker)), input }));
  const maintainers = new Set([spec.maker]);
  world.gurus.set(slug, { spec, visibility, maintainers, sources: [], textsAdded: 0, editsMade: 0 });
}

export async function deleteGuruAct(world: World, { slug }: { slug: string }): Promise<void> {
  const guru = liveGuru(world, slug);
  const call = callOf(memberOf(world, guru.spec.maker));
  done(await deleteGuru.execute({ ...call, input: { guru: slug, confirmation: slug } }));
  world.gurus.delete(slug);
}

/** Whoever made the guru runs its team. */
const runs = (world: World, guru: LiveGuru): Member => memberOf(world, guru.spec.maker);

export async function addMaintainerAct(world: World, { slug, who }: { slug: string; who: string }): Promise<void> {
  const guru = liveGuru(world, slug);
  const { email } = memberOf(world, who).person;
  if (guru.maintainers.has(who)) return;
  done(await addMaintainer.execute({ ...callOf(runs(world, guru)), input: { guru: slug, email } }));
  guru.maintainers.add(who);
}

export async function removeMaintainerAct(world: World, { slug, who }: { slug: string; who: string }): Promise<void> {
  const guru = liveGuru(world, slug);
  const { accountId } = memberOf(world, who);
  if (!guru.maintainers.has(who)) return;
  done(await removeMaintainer.execute({ ...callOf(runs(world, guru)), input: { guru: slug, accountId } }));
  guru.maintainers.delete(who);
}

/** The next edit of one of the member's gurus; when all are made, they go back and forth over the intro text. */
export async function editGuru(world: World, { who }: { who: string }): Promise<void> {
  const member = memberOf(world, who);
  const guru = pickMaintained(world, member);
  if (!guru) return;
  const { spec } = guru;
  const again = guru.editsMade - spec.edits.length;
  const [first] = spec.edits;
  const reminder = ` ${["See also the guide of the week.", "Tell us what is missing.", "Reviewed monthly."][again % 3] ?? ""}`;
  const edit = spec.edits[guru.editsMade] ?? {
    introText: `${first?.introText ?? spec.introText}${again % 2 === 0 ? reminder : ""}`,
  };
  done(await updateGuru.execute({ ...callOf(member), input: { guru: spec.slug, ...edit } }));
  guru.editsMade += 1;
  if (edit.visibility) guru.visibility = edit.visibility;
}

const openings = ["", "", "", "", "", "Quick question: ", "Hi, ", "For a customer: "] as const;

export async function ask(world: World, { who }: { who: string }): Promise<void> {
  const member = memberOf(world, who);
  const guru = pickAskable(world, member);
  const question = guru && world.random.pickAny(guru.spec.questions);
  if (!guru || question === undefined) return;
  const input = { guru: guru.spec.slug, question: `${world.random.pick(openings)}${question}` };
  done(await askGuru.execute({ ...callOf(member), input }));
}

/** Somebody follows a link to what is not theirs: another guru's settings, or the log of the whole organization. */
export async function wander(world: World, { who }: { who: string }): Promise<void> {
  const member = memberOf(world, who);
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
