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

export type FormAction = (previous: ActionResult | null, form: FormData) => Promise<ActionResult>;
