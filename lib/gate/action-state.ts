import type { RefusalCode } from "@/lib/platform/errors";

/** What a form gets back. `repeated`: this very attempt was done before; nothing happened twice. */
export type ActionState<V = unknown> =
  | { ok: true; value: V; message?: string; repeated?: boolean }
  | {
      ok: false;
      code: RefusalCode;
      message: string;
      fieldErrors?: Record<string, string[]>;
      /** What was typed, without secrets, so that a form without JavaScript keeps it. */
      values?: Record<string, string>;
    };
