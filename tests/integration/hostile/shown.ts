import { sha256 } from "@/lib/platform/crypto";
import type { Event, HostileWorld } from "./world";

/** What the log, or the data, is to show of a text that was taken, and what it shows. */
export type Shown = (
  event: Event,
  text: string,
  world: HostileWorld,
) => Promise<[got: unknown, want: unknown]> | [got: unknown, want: unknown];

export const cut = (text: string, most: number) => {
  const beginning = text.slice(0, most);
  return beginning.isWellFormed() ? beginning : beginning.slice(0, -1);
};

export const label: Shown = (event, text) => [event.target_label, cut(text, 200)];
export const sourceLabel: Shown = (event, text) => [event.target_label, cut(`TEXT - ${text}`, 200)];
export const detail =
  (name: string, most = 1e9): Shown =>
  (event, text) => [event.details[name], cut(text, most)];
export const column =
  (table: string, name: string): Shown =>
  async (event, text, world) => [await world.columnOf(table, name, event.target_id), text];
export const listColumn =
  (table: string, name: string): Shown =>
  async (event, text, world) => [
    ((await world.columnOf(table, name, event.target_id)) as unknown[])[0],
    text,
  ];
/** A source keeps its own title where it learns none, and tells itself from another of the same title. */
export const learntTitle: Shown = async (event, text, world) => {
  const got = await world.columnOf("data_source", "title", event.target_id);
  const title = cut(text, 200).trim();
  return [got, title === "" || got === `${title} – ${event.target_id}` ? got : title];
};
/** Texts above 10 KB stand in an event as their beginning and digest. */
export const change =
  (name: string): Shown =>
  async (event, text, world) => {
    const found = event.changes.find((one) => one.field === name);
    const value = found ? found.after : await world.columnOf("guru", name, event.target_id);
    const first = Array.isArray(value) ? (value[0] ?? "") : value;
    return [first, !found || Buffer.byteLength(text) <= 10_240 ? text : expect10KbCut(first, text)];
  };

/** A detail of any length. */
export const longDetail =
  (name: string): Shown =>
  (event, text) => {
    const found = event.details[name];
    return [found, Buffer.byteLength(text) <= 10_240 ? text : expect10KbCut(found, text)];
  };

function expect10KbCut(stored: unknown, text: string): unknown {
  const { cut: beginning = "" } = Object(stored) as { cut?: string };
  const isBeginning = text.startsWith(beginning) && Buffer.byteLength(beginning) > 10_230;
  return isBeginning
    ? { cut: beginning, length: text.length, sha256: sha256(text).toString("hex") }
    : "a beginning of it";
}

export const filterShown: Record<string, Shown> = Object.fromEntries(
  ["guru", "model", "actor", "operation", "action", "target"].map((name): [string, Shown] => [
    `filter.${name}[]`,
    (event, text) => [[Object(event.details.filters)[name]].flat()[0], text],
  ]),
);
export const search: Shown = (event, text) => [
  Object(event.details.filters).q,
  text === "" ? undefined : text,
];
/** What a refused act records of the text, in the event of its failure. */
export const shownWhenRefused: Record<string, Record<string, Shown>> = {
  "create-api-key": { name: label },
  "delete-api-key": { name: label },
  // What is no address may be a password typed into the wrong field.
  "sign-in": { email: (event, text) => [event.target_label, event.target_label === "-" ? "-" : text] },
};
