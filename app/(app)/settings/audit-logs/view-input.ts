import { parseFilter } from "@/lib/audit/query/filter";

/** The log that a form is about: `scope` says which kind, `guru` which one. */
function scopeOf(form: FormData): unknown {
  const kind = form.get("scope");
  return kind === "guru" ? { kind, slug: form.get("guru") } : { kind };
}

/** The command's input from the form of a view to be saved; its filter comes as the parameters of an address. */
export function saveInput(form: FormData): unknown {
  const text = form.get("filter");
  const parsed = typeof text === "string" ? parseFilter(new URLSearchParams(text)) : null;
  const days = form.get("recentDays");
  return {
    scope: scopeOf(form),
    name: form.get("name") ?? undefined,
    shared: form.get("shared") === "on",
    // What cannot be parsed is refused by the command, in its words.
    filter: parsed?.ok ? parsed.filter : text,
    ...(typeof days === "string" && days !== "" ? { recentDays: Number(days) } : {}),
  };
}

/** The command's input from the form of a view to be deleted. */
export function deleteInput(form: FormData): unknown {
  return { scope: scopeOf(form), id: form.get("id") };
}
