import "server-only";
import type { z } from "zod";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { type Fetched, type FetchOptions, guardedFetch } from "@/lib/platform/fetching/guarded-fetch";
import type { ServiceFacts } from "../integration-types";
import { type Answering, read, troubleOf, withoutSecrets } from "./service-answer";
import { type ServiceProblem, ServiceTrouble } from "./service-trouble";

/** What a service calls the account whose credentials were checked. */
export interface ServiceAccount {
  /** As people know it there: a workspace and bot, an App, a person. */
  accountName: string;
  /** The account's own id, where the bot has to know itself. */
  accountId?: string;
  teamId?: string;
  /** Where under its address the service was found, as a path without a slash at its end. */
  contextPath?: string;
}

/** What a client speaks for; before an integration is stored, its form. */
export interface ServiceAccess {
  baseUrl: string;
  /** With secrets of the guru put in place. */
  credentials: Readonly<Record<string, string>>;
  /** Those that were put in place: no field is open that holds one of these. */
  namedSecrets?: readonly string[];
  /** What the check of the credentials found; unknown until then. */
  settings?: ServiceFacts;
}

/** How long a client may be at it. */
export interface CallLimits {
  /** For all waiting that the service asks for during one call; by default 30 s. In a form less. */
  patienceMs?: number;
  signal?: AbortSignal;
}

/** What every service's client can do; `jiraClient(access, limits)` and its like make one. */
export interface ServiceClient {
  /**
   * Asks the service who we are.
   * @throws ServiceTrouble with what is wrong, and what to do, in words
   */
  check(): Promise<ServiceAccount>;
}

/** What an account is called whose service gives it no name: never by a credential. */
export const namelessAccount = "an account without a name";

export interface CallerOptions extends CallLimits, Answering {
  /** Of the service; a path is appended to it. */
  baseUrl: string;
  /** The header's value, where it is the same at each call. */
  authorization?: string;
  /** Sent with each call; none that is secret. */
  headers?: Readonly<Record<string, string>>;
  /** Instead of ours, where the service takes no other. */
  userAgent?: string;
}

export interface CallRequest<S extends z.ZodType> {
  method?: "GET" | "POST" | "PUT" | "PATCH";
  /** Begins with a slash. An address of the same origin is taken too, as a service's next page is. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  json?: unknown;
  form?: Readonly<Record<string, string | number | undefined>>;
  authorization?: string;
  headers?: Readonly<Record<string, string>>;
  /** It changes nothing there, and may be sent again; by default that of GET. */
  isRead?: boolean;
  /** What of the answer is used. Fields that are not named here are dropped. */
  answer: S;
}

export interface Answered<T> {
  value: T;
  header: Fetched["header"];
}

/** Speaks to one service, with one integration's credentials. */
export interface ServiceCaller {
  readonly service: string;
  /** @throws ServiceTrouble */
  call<S extends z.ZodType>(request: CallRequest<S>): Promise<Answered<z.output<S>>>;
  /** The same, without the answer's headers. */
  json<S extends z.ZodType>(request: CallRequest<S>): Promise<z.output<S>>;
  /** An account as the service names it, without a credential that it repeats: names are kept and shown. */
  account(named: ServiceAccount): ServiceAccount;
}

type AnyRequest = CallRequest<z.ZodType>;

const waitingMs = 30_000;
const mostTries = 4;

/**
 * Makes the caller of a service. All goes through the guarded fetcher, without TLS only to ranges opened on purpose; 429,
 * and what other services say instead, is waited for as long as it says, within `patienceMs`. A request that changes something
 * is sent again only where the service says that it did not take it.
 */
export function serviceCaller(options: CallerOptions): ServiceCaller {
  const call = async <S extends z.ZodType>(request: CallRequest<S>): Promise<Answered<z.output<S>>> => {
    const fetched = await answerTo(options, request);
    return { value: read(options, fetched, request.answer), header: fetched.header };
  };
  return {
    service: options.service,
    call,
    json: async (request) => (await call(request)).value,
    account: ({ accountName, accountId, teamId, contextPath }) => {
      const masked = (text: string) => withoutSecrets(text, options.secrets);
      return {
        accountName: masked(accountName),
        ...(accountId === undefined ? {} : { accountId: masked(accountId) }),
        ...(teamId === undefined ? {} : { teamId: masked(teamId) }),
        ...(contextPath === undefined ? {} : { contextPath }),
      };
    },
  };
}

/**
 * Of one listing: more than anybody has, and few enough that no service can hold us for good. More than a backfill looks
 * at, which ends well where that is too much.
 */
const mostPages = 2_500;
/** One after the other. */
const mostEmptyPages = 20;

/**
 * All pages of a listing.
 * @param first where it begins
 * @param page gives what stands on a page, and where the next begins; null = it was the last
 * @param mostEmpty pages that may be empty one after the other, where the service is known for it
 * @throws ServiceTrouble `malformed` where the listing has no end: a next page that was there before, one empty page after
 *   the other, or too many of them
 */
export async function* pagesOf<T, C extends string>(
  first: C,
  page: (at: C) => Promise<{ items: T[]; next: C | null }>,
  mostEmpty = mostEmptyPages,
): AsyncGenerator<T[]> {
  const seen = new Set<C>();
  let empty = 0;
  for (let at: C | null = first; at !== null; ) {
    if (seen.has(at)) throw endless("names a next page that it named before");
    if (seen.size === mostPages) throw endless(`lists more than ${mostPages.toLocaleString("en-US")} pages`);
    if (empty === mostEmpty) throw endless("names one next page after the other, and all are empty");
    seen.add(at);
    const { items, next }: { items: T[]; next: C | null } = await page(at);
    empty = items.length === 0 ? empty + 1 : 0;
    yield items;
    at = next;
  }
}

/** @param does what the service does, in words */
export const endless = (does: string) =>
  new ServiceTrouble("malformed", `The service ${does}. Check that the address is that of its API.`);

async function answerTo(options: CallerOptions, request: AnyRequest): Promise<Fetched> {
  let patienceMs = options.patienceMs ?? waitingMs;
  for (let tries = 1; ; tries++) {
    const fetched = await fetchOnce(options, request);
    if (fetched.status >= 200 && fetched.status <= 299) return fetched;
    const trouble = troubleOf(options, fetched);
    if (!mayRepeat(request, trouble)) throw trouble;
    const waitMs = (trouble.retryAfterS ?? 1) * 1_000;
    if (waitMs > patienceMs || tries === mostTries) throw trouble;
    patienceMs -= waitMs;
    await wait(waitMs, options.signal);
  }
}

/** After 503 nobody knows whether a post stands. */
function mayRepeat(
  { method = "GET", isRead = method === "GET" }: AnyRequest,
  trouble: ServiceTrouble,
): boolean {
  if (trouble.problem === "rate_limited") return true;
  return isRead && trouble.problem === "server_error" && trouble.retryAfterS !== null;
}

async function fetchOnce(options: CallerOptions, request: AnyRequest): Promise<Fetched> {
  const { method = "GET", json, form } = request;
  const authorization = request.authorization ?? options.authorization;
  const init: FetchOptions = {
    method,
    accept: options.headers?.accept ?? "application/json",
    httpsOnly: true,
    ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
    headers: {
      ...options.headers,
      ...request.headers,
      ...(json === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
      ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    ...(json === undefined ? {} : { send: JSON.stringify(json) }),
    ...(form === undefined ? {} : { send: parametersOf(form).toString() }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(options.signal ? { signal: options.signal } : {}),
  };
  try {
    return await guardedFetch(addressOf(options, request), init);
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    throw new ServiceTrouble(problemOf(error), withoutSecrets(error.message, options.secrets));
  }
}

function problemOf({ problem, isPassing }: FetchRefused): ServiceProblem {
  if (problem === "too_large") return problem;
  // A name that is not found now may be in a moment: this service was there when it was tied.
  return isPassing || problem === "unknown_host" ? "unreachable" : "refused";
}

function addressOf({ baseUrl, service }: CallerOptions, { path, query }: AnyRequest): URL {
  const base = new URL(baseUrl);
  const isWhole = /^https?:\/\//i.test(path);
  const whole = isWhole ? path : `${baseUrl.replace(/\/+$/, "")}${path}`;
  if (!URL.canParse(whole))
    throw new ServiceTrouble("malformed", `${service} names a next page by what is no address.`);
  const address = new URL(whole);
  // A next page on another server would get our credentials.
  if (address.origin !== base.origin)
    throw new ServiceTrouble(
      "malformed",
      `${service} names a next page on another server. Nothing is read from there.`,
    );
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) address.searchParams.set(name, String(value));
  return address;
}

function parametersOf(values: Readonly<Record<string, string | number | undefined>>): URLSearchParams {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** Waits as the service asked. @throws the signal's reason */
function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const ended = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", ended);
      resolve();
    }, ms);
    signal?.addEventListener("abort", ended, { once: true });
  });
}
