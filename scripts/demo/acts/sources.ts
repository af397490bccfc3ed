import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { addTextSource } from "@/lib/features/data-sources/commands/add-text-source";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, type LiveGuru, type LiveSource, memberOf, pickMaintained, type World } from "./world";

/** What the worker does with the job that the act queued: as System, some seconds later. */
async function indexSoon(world: World, id: string): Promise<void> {
  world.clock.advanceTo(world.clock.now().getTime() + world.random.between(700, 6_500));
  await indexDataSource({ dataSourceId: id });
}

/** The next text of the guru, or minutes of a meeting once all were added. */
export async function addText(world: World, { who, slug }: { who: string; slug?: string }): Promise<void> {
  const member = await present(world, who);
  const guru = slug === undefined ? pickMaintained(world, member) : liveGuru(world, slug);
  if (!guru) return;
  const next = guru.spec.texts[guru.textsAdded] ?? minutesOf(world, guru);
  const { id } = done(
    await addTextSource.execute({ ...callOf(member), input: { guru: guru.spec.slug, ...next } }),
  );
  guru.textsAdded += 1;
  guru.sources.push({ id, title: next.title, text: next.content, updates: 0 });
  await indexSoon(world, id);
}

function minutesOf(world: World, guru: LiveGuru): { title: string; content: string } {
  const day = world.clock.now().toISOString().slice(0, 10);
  const number = guru.textsAdded - guru.spec.texts.length + 1;
  const notes = guru.spec.notes.map((note) => `- ${note}`).join("\n");
  const title = `Meeting notes ${day} (${number})`;
  return {
    title,
    content: `# ${title}\n\nMaintainers of ${guru.spec.name} went through the open points.\n\n${notes}`,
  };
}

interface Chosen {
  guru: LiveGuru;
  source: LiveSource;
}

function pickSource(world: World, who: string, wanted: (source: LiveSource) => boolean): Chosen | undefined {
  const guru = pickMaintained(world, memberOf(world, who));
  const source = world.random.pickAny(guru?.sources.filter(wanted) ?? []);
  return guru && source ? { guru, source } : undefined;
}

/** A text is sent again under its title, with a paragraph more. */
export async function updateText(world: World, { who }: { who: string }): Promise<void> {
  const chosen = pickSource(world, who, (source) => source.text !== null);
  if (!chosen) return;
  const { guru, source } = chosen;
  source.updates += 1;
  const day = world.clock.now().toISOString().slice(0, 10);
  const note = guru.spec.notes[source.updates % guru.spec.notes.length] ?? "Reviewed.";
  const content = `${source.text ?? ""}\n\n## Change ${source.updates} of ${day}\n${note}`;
  const input = { guru: guru.spec.slug, title: source.title, content };
  done(await addTextSource.execute({ ...callOf(await present(world, who)), input }));
  await indexSoon(world, source.id);
}

/** A Markdown file comes in through the upload's own door. */
export async function uploadFile(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  const guru = pickMaintained(world, member);
  if (!guru) return;
  const number = ++world.counter;
  const { spec } = guru;
  const lines = spec.questions.map(
    (question) => `## ${question}\n\n${world.random.pickAny(spec.notes) ?? ""}`,
  );
  const bytes = new TextEncoder().encode(
    `# Questions to ${spec.name}, part ${number}\n\n${lines.join("\n\n")}\n`,
  );
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const fileName = `questions-${spec.slug}-${number}.md`;
  const upload = done(
    await receiveUpload({ ...callOf(member), guru: spec.slug, fileName, declaredBytes: bytes.length, body }),
  );
  const input = { guru: spec.slug, uploadId: upload.id };
  const { id, title } = done(await addFileSource.execute({ ...callOf(member), input }));
  guru.sources.push({ id, title, text: null, updates: 0 });
  await indexSoon(world, id);
}

/** An outline whose headings have no words yet: indexing finds no text in it and says so. */
export async function addOutline(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  const guru = pickMaintained(world, member);
  if (!guru) return;
  const title = `Outline ${++world.counter}`;
  const input = { guru: guru.spec.slug, title, content: "#\n\n##\n\n##\n" };
  const { id } = done(await addTextSource.execute({ ...callOf(member), input }));
  guru.sources.push({ id, title, text: null, updates: 0 });
  await indexSoon(world, id);
}

export async function reindex(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  const guru = pickMaintained(world, member);
  if (!guru || guru.sources.length === 0) return;
  const first = world.random.between(0, guru.sources.length - 1);
  const chosen = guru.sources.slice(first, first + (world.random.chance(0.25) ? 3 : 1));
  const ids = chosen.map(({ id }) => id);
  done(await reindexDataSources.execute({ ...callOf(member), input: { guru: guru.spec.slug, ids } }));
  for (const id of ids) await indexSoon(world, id);
}

/** Old notes, outlines and files go; the guru's own texts stay. */
export async function deleteSources(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  const guru = pickMaintained(world, member);
  const old =
    guru?.sources.filter(({ title }) => !guru.spec.texts.some((text) => text.title === title)) ?? [];
  if (!guru || old.length === 0) return;
  const chosen = new Set(old.slice(0, world.random.between(1, 3)));
  const ids = [...chosen].map(({ id }) => id);
  done(await deleteDataSources.execute({ ...callOf(member), input: { guru: guru.spec.slug, ids } }));
  guru.sources = guru.sources.filter((source) => !chosen.has(source));
}
