import "server-only";
import type { z } from "zod";
import { cleanText } from "@/lib/platform/clean-text";
import type { Fetched } from "@/lib/platform/fetching/guarded-fetch";
import { retryAfterSeconds } from "./retry-after";
import { type ServiceProblem, ServiceTrouble } from "./service-trouble";

/** What is needed to put an answer into words. */
export interface Answering {
  /** As people know it, for messages: "Slack". */
  service: string;
  /** Values that must not stand in a message, whatever the service repeats. */
  secrets: readonly string[];
  /** The service's own words for what it cannot use (a query's mistake), from the JSON it answers 4xx with. */
  problemIn?: (body: unknown) => string | undefined;
}

const longestQuote = 300;

/** What an answer other than 2xx means to the person. */
export function troubleOf(options: Answering, fetched: Fetched): ServiceTrouble {
  const { service } = options;
  const { status } = fetched;
  const retryAfterS = retryAfterSeconds(fetched.header, new Date());
  const isLimit =
    status === 429 ||
    // GitHub says 403, with the header or with nothing left.
    (status === 403 && retryAfterS !== null);
  if (isLimit)
    return new ServiceTrouble(
      "rate_limited",
      `${service} asks for fewer requests${retryAfterS === null ? "" : `, and for a pause of ${retryAfterS} s`}. Try again after that.`,
      retryAfterS,
    );
  const said = options.problemIn?.(jsonIn(fetched));
  const quote = said
    ? ` It says: ${cleanText(withoutSecrets(said.trim(), options.secrets), longestQuote)}`
    : "";
  if (status === 401)
    return trouble(
      "credentials",
      `${service} refuses these credentials. Check that they are whole and still valid.`,
    );
  if (status === 403)
    return trouble(
      "forbidden",
      `${service} does not let this account do that. Give it the permissions it needs.${quote}`,
    );
  if (status === 404 || status === 410)
    return trouble(
      "not_found",
      `${service} has nothing there, or not for this account. Check the address and what is asked for.${quote}`,
    );
  if (status === 400 || status === 422)
    return trouble("query", `${service} cannot use what was asked.${quote}`);
  // Others say 503 with a pause where they have too much to do. What was asked may have been done all the same.
  if (status >= 500)
    return new ServiceTrouble(
      "server_error",
      `${service} has a fault of its own at the moment (it answered ${status}). Try again later.`,
      status === 503 ? retryAfterS : null,
    );
  return trouble(
    "malformed",
    `${service} answered ${status}, which was not expected. Check the address.${quote}`,
  );
}

const trouble = (problem: ServiceProblem, message: string) => new ServiceTrouble(problem, message);

/** What is used of an answer. @throws ServiceTrouble `malformed` */
export function read<S extends z.ZodType>(options: Answering, fetched: Fetched, shape: S): z.output<S> {
  const parsed = shape.safeParse(jsonIn(fetched));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new ServiceTrouble(
    "malformed",
    `${options.service} answered with something else than its documentation describes${where ? ` (${cleanText(where, 100)})` : ""}. Check that the address is that of ${options.service}'s API.`,
  );
}

/** The body's JSON; undefined where it is none. */
function jsonIn({ body }: Fetched): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * A text of the service's, or of an error, with every credential in it blotted out, also where it is a part of one, and as
 * an address has it.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return (
    secrets
      .filter((each) => each.length > 3)
      // Of an address the service may keep the small letters.
      .flatMap((each) => [each, each.toLowerCase()])
      .flatMap((each) => [each, encodeURIComponent(each)])
      // One may be the beginning of another, whose end would be left.
      .sort((a, b) => b.length - a.length)
      .reduce((left, each) => left.replaceAll(each, "[redacted]"), text)
  );
}
