/** What can be wrong between us and a service. */
export type ServiceProblem =
  /** The service does not know these credentials (401), or they cannot be opened here. */
  | "credentials"
  /** It knows them, and they may not do this (403). */
  | "forbidden"
  /** What was asked for is not there, or not for this account (404), or not any more (410). */
  | "not_found"
  /** It cannot use what was sent (400, 422), such as a query with a mistake. */
  | "query"
  /** Too many requests (429), for longer than may be waited. */
  | "rate_limited"
  /** A fault of the service's (5xx). */
  | "server_error"
  /** Not the JSON that its documentation describes. */
  | "malformed"
  /** More than is read here, however often it is asked for. */
  | "too_large"
  /** Its address, its certificate or how it answers is such that nothing is read from there. */
  | "refused"
  /** No answer at the moment: the network, a timeout. */
  | "unreachable";

/** What may be otherwise in a while, with nobody doing anything. */
const passing: readonly ServiceProblem[] = ["rate_limited", "server_error", "unreachable"];

/** A service did not do what it was asked for. The message is for the person; no credential stands in it. */
export class ServiceTrouble extends Error {
  override readonly name = "ServiceTrouble";
  constructor(
    readonly problem: ServiceProblem,
    message: string,
    /** Seconds after which it may be asked again, where it said so. */
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
  }

  /** True where trying again later may help. */
  get isPassing(): boolean {
    return passing.includes(this.problem);
  }
}

/**
 * Asks in one way after the other, until the service has what is asked for.
 * @param ways at least one, the best first
 * @param missing what says that it has no such thing
 * @throws ServiceTrouble of the last way; at once where a way is there and something else is wrong
 */
export async function firstThere<T>(
  [way, ...others]: readonly [() => Promise<T>, ...(() => Promise<T>)[]],
  missing: readonly ServiceProblem[] = ["not_found"],
): Promise<T> {
  const [next, ...rest] = others;
  if (next === undefined) return way();
  try {
    return await way();
  } catch (error) {
    if (!(error instanceof ServiceTrouble) || !missing.includes(error.problem)) throw error;
    return firstThere([next, ...rest], missing);
  }
}
