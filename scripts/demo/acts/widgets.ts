import { principalOfApiKey } from "@/lib/access/api-keys";
import { anonymousPrincipal } from "@/lib/access/principal";
import { beginWidgetAnswer } from "@/lib/features/ask/commands/begin-widget-answer";
import { searchGuru } from "@/lib/features/ask/commands/search-guru";
import { createWidget } from "@/lib/features/widgets/commands/create-widget";
import { deleteWidget } from "@/lib/features/widgets/commands/delete-widget";
import { guruWidgets } from "@/lib/features/widgets/queries";
import { chatBot } from "../team/people";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, requestOf, type World } from "./world";

const helpPages = "https://help.halden.example";
/** A site that was tried out and given up. */
const trial = "https://*.staging.halden.example";

export type WidgetStep = "made" | "tried" | "given-up" | "asked";

/** The support desk's guru gets an Ask button on the help pages; a trial on the staging pages ends again. */
export async function widgetAct(
  world: World,
  { slug, step }: { slug: string; step: WidgetStep },
): Promise<void> {
  if (step === "asked") return visitorAsks(world, slug);
  const call = callOf(await present(world, liveGuru(world, slug).spec.maker));
  if (step !== "given-up") {
    const input = { guru: slug, domain: step === "made" ? helpPages : trial };
    done(await createWidget.execute({ ...call, input }));
    return;
  }
  const id = (await widgetsOf(world, slug)).find(({ domain }) => domain === trial)?.id;
  done(await deleteWidget.execute({ ...call, input: { guru: slug, id } }));
}

async function widgetsOf(world: World, slug: string) {
  const call = callOf(await present(world, liveGuru(world, slug).spec.maker));
  const found = await guruWidgets.execute({ ...call, input: slug });
  if (!found.ok) throw new Error(`the demo cannot read the widgets of ${slug}`);
  return found.value.widgets;
}

/** Somebody on the help pages asks; all that is known of them is their address. */
async function visitorAsks(world: World, slug: string): Promise<void> {
  const snippet = (await widgetsOf(world, slug)).find(({ domain }) => domain === helpPages)?.snippet;
  const [, widget = ""] = /data-widget-id="([^"]+)"/.exec(snippet ?? "") ?? [];
  const question = world.random.pickAny(liveGuru(world, slug).spec.questions);
  const ip = `198.51.100.${world.random.between(10, 250)}`;
  const request = requestOf({ ip, browser: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0)" });
  const input = { widget, origin: helpPages, question };
  done(await beginWidgetAnswer.execute({ principal: anonymousPrincipal, request, input }));
}

/** The support chat's bot looks which sources speak of a customer's question. */
export async function searchByKey(
  world: World,
  { name, slug }: { name: string; slug: string },
): Promise<void> {
  const key = world.keys.get(name);
  const question = world.random.pickAny(liveGuru(world, slug).spec.questions);
  const principal = key && (await principalOfApiKey(key.key));
  if (!principal) throw new Error(`the demo's key ${name} is not taken`);
  key.lastUsed = world.clock.now().getTime();
  done(await searchGuru.execute({ principal, request: requestOf(chatBot), input: { guru: slug, question } }));
}
