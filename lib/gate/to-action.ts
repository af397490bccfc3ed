import "server-only";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import type { ActionState } from "./action-state";
import type { Command } from "./command";
import { currentPrincipal, requestFacts } from "./current";

const brand = Symbol.for("gurulog.action");

/** True for an export that `toAction` made; an architecture test asks it of every server action. */
export function isAction(candidate: unknown): boolean {
  return typeof candidate === "function" && brand in candidate;
}

export interface ActionOptions<V> {
  /** The command's input from the form. Default: its text fields. */
  input?: (form: FormData) => unknown | Promise<unknown>;
  /** After the commit: cookies and the like. Runs before the redirect. */
  after?: (value: V, form: FormData) => Promise<void>;
  /** Where to go after success. */
  goTo?: (value: V, form: FormData) => string | undefined;
  /** Where to go when this attempt was done before. */
  goToRepeated?: (targetId: string | null, form: FormData) => string | undefined;
  /** The value is for `after` alone (a session's id) and never goes back to the browser's scripts. */
  keepValue?: true;
  /** Toast after success; names the object. */
  message?: (value: V) => string;
  /** Paths whose pages show the change. */
  revalidate?: string[];
}

/** Fields that never go back into a form: passwords, codes, and what a link carries that opens something. */
export const secretField = /password|secret|token|key|^(code|invite|link)$/i;

/** The text fields of a form; framework fields (`$…`) and the attempt id left out; repeated names as a list. */
export function formFields(form: FormData): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const name of new Set(form.keys())) {
    if (name.startsWith("$") || name === "attemptId") continue;
    const values = form.getAll(name).filter((v): v is string => typeof v === "string");
    const [first] = values;
    if (first === undefined) continue;
    Object.defineProperty(fields, name, { value: values.length > 1 ? values : first, enumerable: true });
  }
  return fields;
}

const noForm = {
  ok: false,
  code: "invalid",
  message: "This is no form. Reload the page and send it again.",
} as const;

/**
 * Makes a server action of a command: for `useActionState`, before hydration too. The order is commit, then cookies,
 * revalidation, redirect.
 */
export function toAction<V>(command: Command<V>, options: ActionOptions<V> = {}) {
  const action = async (_previous: ActionState<V> | null, form: FormData): Promise<ActionState<V>> => {
    // The type is a wish: anything can be posted here.
    if (!(form instanceof FormData)) return noForm;
    const attemptId = form.get("attemptId");
    const result = await command.execute({
      principal: await currentPrincipal(),
      request: await requestFacts(),
      input: options.input ? await options.input(form) : formFields(form),
      ...(typeof attemptId === "string" && attemptId !== "" ? { attemptId } : {}),
    });
    if (!result.ok) {
      const { code, message, fieldErrors } = result;
      const typed = Object.entries(formFields(form)).filter(([name]) => !secretField.test(name));
      const values = Object.fromEntries(
        typed.map(([name, v]) => [name, Array.isArray(v) ? v.join("\n") : v]),
      );
      return { ok: false, code, message, ...(fieldErrors ? { fieldErrors } : {}), values };
    }
    if ("repeated" in result) {
      const next = options.goToRepeated?.(result.targetId, form);
      if (next) redirect(next);
      return { ok: true, value: null as V, repeated: true, message: "This was already done." };
    }
    await options.after?.(result.value, form);
    for (const path of options.revalidate ?? []) revalidatePath(path, "layout");
    const next = options.goTo?.(result.value, form);
    if (next) redirect(next);
    const message = options.message?.(result.value);
    return {
      ok: true,
      value: options.keepValue ? (null as V) : result.value,
      ...(message ? { message } : {}),
    };
  };
  return Object.assign(action, { [brand]: command.name });
}
