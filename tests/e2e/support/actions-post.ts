import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Answer, freshAddress, send } from "./matrix-send";

interface Entry {
  filename: string;
  exportedName: string;
  workers: Record<string, unknown>;
}

/** Every server action of the build: its name, its id, and the route of a page that takes it. */
export function builtActions(): Map<string, { id: string; page: string }> {
  const manifest = JSON.parse(readFileSync(".next/server/server-reference-manifest.json", "utf8")) as {
    node: Record<string, Entry>;
    edge: Record<string, Entry>;
  };
  const found = new Map<string, { id: string; page: string }>();
  for (const [id, { exportedName, workers }] of Object.entries({ ...manifest.node, ...manifest.edge })) {
    const page = Object.keys(workers).sort()[0] ?? "";
    if (found.has(exportedName)) throw new Error(`two actions are called ${exportedName}`);
    found.set(exportedName, {
      id,
      page:
        page
          .replace(/^app/, "")
          .replace(/\/\([^)]+\)/g, "")
          .replace(/\/page$/, "") || "/",
    });
  }
  return found;
}

const actions = builtActions();

/** A form's fields: one value, several, a file, or raw bytes where no valid text is meant. */
export type FieldValue = string | string[] | Buffer | { file: Buffer; name: string };

export interface ActionResult {
  answer: Answer;
  /** What the action returned; null where it redirected or did not run. */
  result: {
    ok: boolean;
    code?: string;
    message?: string;
    value?: unknown;
    repeated?: boolean;
    fieldErrors?: Record<string, string[]>;
  } | null;
  /** Where it redirected to. */
  goTo: string | undefined;
}

/** The value of an act that is done. */
export function doneValue<T>({ result, answer }: ActionResult): T {
  if (!result?.ok) throw new Error(`not done: ${answer.status} ${answer.text.slice(0, 500)}`);
  return result.value as T;
}

export interface PostOptions {
  cookie?: string | undefined;
  /** `null` sends none. */
  origin?: string | null;
  address?: string;
  slug?: string;
  headers?: Record<string, string>;
}

const lineEnd = "\r\n";

/** A multipart body with its bytes as given. */
export function multipart(parts: readonly [string | Buffer, FieldValue][]): { body: Buffer; type: string } {
  const boundary = `----matrix${randomUUID()}`;
  const pieces: Buffer[] = [];
  for (const [name, value] of parts) {
    for (const one of Array.isArray(value) ? value : [value]) {
      const isFile = typeof one === "object" && !Buffer.isBuffer(one);
      const fileName = isFile
        ? `; filename="${one.name}"${lineEnd}content-type: application/octet-stream`
        : "";
      pieces.push(
        Buffer.from(`--${boundary}${lineEnd}content-disposition: form-data; name="`),
        Buffer.isBuffer(name) ? name : Buffer.from(name),
        Buffer.from(`"${fileName}${lineEnd}${lineEnd}`),
        isFile ? one.file : Buffer.isBuffer(one) ? one : Buffer.from(one),
        Buffer.from(lineEnd),
      );
    }
  }
  pieces.push(Buffer.from(`--${boundary}--${lineEnd}`));
  return { body: Buffer.concat(pieces), type: `multipart/form-data; boundary=${boundary}` };
}

/** Posts bytes to an action as the browser's script would: whatever React's protocol makes of them. */
export async function postRaw(
  base: string,
  action: string,
  { body, type }: { body: Buffer; type: string },
  options: PostOptions = {},
): Promise<ActionResult> {
  const known = actions.get(action);
  if (!known) throw new Error(`the build has no action ${action}`);
  const path = known.page
    .replace("[guru]", options.slug ?? "guru-a")
    .replace(/\[(id|search)\]/, randomUUID());
  const origin = options.origin === undefined ? new URL(base).origin : options.origin;
  const answer = await send(base, path, {
    method: "POST",
    body,
    headers: {
      "content-type": type,
      accept: "text/x-component",
      "next-action": known.id,
      "x-forwarded-for": options.address ?? freshAddress(),
      ...(origin === null ? {} : { origin }),
      ...(options.cookie ? { cookie: options.cookie } : {}),
      ...options.headers,
    },
  });
  const to = answer.headers["x-action-redirect"];
  const goTo = typeof to === "string" ? to.split(";")[0] : undefined;
  const row = goTo === undefined ? rowsOf(answer.bytes).get("1") : undefined;
  return { answer, goTo, result: row?.startsWith("{") ? JSON.parse(row) : null };
}

/** The rows of React's stream: `id:json` and a line's end, or `id:T<bytes in hex>,` and a text of that length. */
function rowsOf(bytes: Buffer): Map<string, string> {
  const rows = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const colon = bytes.indexOf(":", at);
    if (colon < 0) break;
    const id = bytes.toString("latin1", at, colon);
    const comma = bytes.indexOf(",", colon);
    const isText = bytes[colon + 1] === 0x54;
    const end = isText
      ? comma + 1 + Number.parseInt(bytes.toString("latin1", colon + 2, comma), 16)
      : (bytes.indexOf("\n", colon) + 1 || bytes.length + 1) - 1;
    rows.set(id, bytes.toString("utf8", isText ? comma + 1 : colon + 1, end));
    at = isText ? end : end + 1;
  }
  return rows;
}

/** Sends a form to an action of `useActionState`: the state before is null, the form's fields follow. */
export async function postForm(
  base: string,
  action: string,
  fields: Record<string, FieldValue> | readonly [string | Buffer, FieldValue][],
  options: PostOptions = {},
): Promise<ActionResult> {
  const list: readonly [string | Buffer, FieldValue][] = Array.isArray(fields)
    ? fields
    : Object.entries(fields);
  const named = list.map(([name, value]): [string | Buffer, FieldValue] => [
    Buffer.isBuffer(name) ? Buffer.concat([Buffer.from("_1_"), name]) : `_1_${name}`,
    value,
  ]);
  return postRaw(base, action, multipart([...named, ["0", '[null,"$K1"]']]), options);
}

/** Calls an action with one value, as code in the browser does. */
export async function postCall(
  base: string,
  action: string,
  value: unknown,
  options: PostOptions = {},
): Promise<ActionResult> {
  const body = Buffer.from(JSON.stringify([value]));
  return postRaw(base, action, { body, type: "text/plain;charset=UTF-8" }, options);
}
