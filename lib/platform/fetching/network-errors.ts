import { errors } from "undici";
import { FetchRefused } from "./fetch-refused";

/** Codes of Node, OpenSSL, llhttp and undici, and what they mean to whoever gave the address. */
const meanings: readonly [RegExp, (host: string) => FetchRefused][] = [
  [
    /^(ENOTFOUND|ENODATA)$/,
    (host) => new FetchRefused("unknown_host", `There is no server of the name ${host}. Check the address.`),
  ],
  [
    /^(EAI_\w+|ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ETIMEDOUT|EPIPE|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/,
    (host) => new FetchRefused("unreachable", `${host} cannot be reached at the moment.`),
  ],
  [
    /^(CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/,
    (host) =>
      new FetchRefused(
        "certificate",
        `No safe connection to ${host} could be made: it does not speak TLS, or its certificate is not one that this server trusts.`,
      ),
  ],
  [
    /^UND_ERR_HEADERS_OVERFLOW$/,
    (host) => new FetchRefused("protocol", `${host} sends more header lines than a page needs.`),
  ],
  [/^(HPE_\w+|UND_ERR_INVALID_ARG)$/, notHttp],
  [
    /^UND_ERR_(HEADERS_TIMEOUT|BODY_TIMEOUT)$/,
    (host) => new FetchRefused("timeout", `${host} took too long to answer.`),
  ],
  [
    /^UND_ERR_(SOCKET|RES_CONTENT_LENGTH_MISMATCH|ABORTED|DESTROYED|CLOSED)$/,
    (host) => new FetchRefused("broken_off", `${host} broke the connection off before its answer was whole.`),
  ],
];

export function notHttp(host: string): FetchRefused {
  return new FetchRefused("protocol", `${host} answers with something that is not HTTP.`);
}

/**
 * An error of the network in words for the person.
 * @param host as the address has it
 * @returns the error itself where it is none of these: a fault of ours
 */
export function wordsFor(error: unknown, host: string): unknown {
  for (const each of chainOf(error)) {
    if (each instanceof FetchRefused) return each;
    // Its parser's code may be missing.
    if (each instanceof errors.HTTPParserError) return notHttp(host);
    const code = String((each as NodeJS.ErrnoException).code ?? "");
    const [, meaning] = meanings.find(([shape]) => shape.test(code)) ?? [];
    if (meaning) return meaning(host);
  }
  return error;
}

/** The error, what caused it, and the tries of a name with several addresses. */
function chainOf(error: unknown, depth = 5): Error[] {
  if (!(error instanceof Error) || depth === 0) return [];
  const tries = error instanceof AggregateError ? error.errors : [];
  return [error, ...[...tries, error.cause].flatMap((inner) => chainOf(inner, depth - 1))];
}
