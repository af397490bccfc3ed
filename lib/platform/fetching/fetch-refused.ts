/** Why something was not fetched. */
export type FetchProblem =
  | "url"
  | "scheme"
  | "credentials"
  | "port"
  | "address"
  | "redirects"
  | "too_large"
  | "timeout"
  | "encoding"
  | "protocol"
  | "certificate"
  | "unknown_host"
  | "unreachable"
  | "broken_off";

/** What may be otherwise in a moment. */
const passing: readonly FetchProblem[] = ["timeout", "unreachable", "broken_off"];

/** Nothing was fetched. The message is for the person: what is wrong and what to do. It names no address of the network. */
export class FetchRefused extends Error {
  override readonly name = "FetchRefused";
  constructor(
    readonly problem: FetchProblem,
    message: string,
  ) {
    super(message);
  }

  /** True where trying again may help. */
  get isPassing(): boolean {
    return passing.includes(this.problem);
  }
}
