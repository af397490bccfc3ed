/** What a form's server action answers. `message` on success names the object and becomes the toast. */
export type ActionResult =
  | { ok: true; value: unknown; message?: string }
  | {
      ok: false;
      code: string;
      message: string;
      fieldErrors?: Record<string, string[]>;
      /** What was typed, so that the form keeps it also without JavaScript. Never a password. */
      values?: Record<string, string>;
    };

/*
 * A method, not an arrow, because a method's parameters are compared both ways: an action whose previous
 * state is narrower (its own value type) must still fit.
 */
type ActionMethod = { run(previous: ActionResult | null, form: FormData): Promise<ActionResult> };

/** A server action in the form that `useActionState` takes. */
export type FormAction = ActionMethod["run"];
