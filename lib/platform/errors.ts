/** The closed set of codes with which an act can be refused. */
export type RefusalCode =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "exists"
  | "conflict"
  | "closed"
  | "expired"
  | "throttled"
  | "busy"
  | "too_large"
  | "internal";

/** A known "no": thrown inside a command, it rolls back to the savepoint and records the failed twin. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly options: { fieldErrors?: Record<string, string[]>; retryAfterS?: number } = {},
  ) {
    super(message);
  }
}

/**
 * Makes a refusal to throw.
 * @param code one of the closed set
 * @param message what the person reads: what is wrong and what to do
 */
export function refuse(
  code: RefusalCode,
  message: string,
  options?: { fieldErrors?: Record<string, string[]>; retryAfterS?: number },
): Refusal {
  return new Refusal(code, message, options);
}

export interface Failure {
  ok: false;
  code: RefusalCode;
  message: string;
  fieldErrors?: Record<string, string[]>;
  retryAfterS?: number;
}

/** What every door answers: the value, or a code with a message for a person. */
export type Result<T> = { ok: true; value: T } | Failure;

/** A `Result` that may also say that this very attempt was done before: nothing happened twice, nothing is shown twice. */
export type AttemptResult<T> = Result<T> | { ok: true; value: null; repeated: true; targetId: string | null };
