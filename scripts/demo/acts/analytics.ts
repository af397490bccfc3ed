import { exportAnalytics } from "@/lib/features/analytics/commands/export-analytics";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, type World } from "./world";

/** Whoever made the guru asks it something themselves, then looks what was asked and takes it along. */
export async function exportAnalyticsAct(
  world: World,
  { slug, format, interval }: { slug: string; format: "xlsx" | "csv"; interval: "7d" | "30d" },
): Promise<void> {
  const guru = liveGuru(world, slug);
  const { maker, questions } = guru.spec;
  const call = callOf(await present(world, maker));
  const question = world.random.pickAny(questions);
  if (question === undefined) throw new Error(`the demo has no questions for ${slug}`);
  done(await askGuru.execute({ ...call, input: { guru: slug, question } }));
  world.clock.advanceTo(world.clock.now().getTime() + world.random.between(20_000, 90_000));
  // Its file goes nowhere.
  done(await exportAnalytics.execute({ ...call, input: { guru: slug, format, interval } }));
}
