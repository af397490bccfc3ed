import "server-only";
import type { Answering } from "./service-answer";
import { type CallLimits, type ServiceAccess, type ServiceCaller, serviceCaller } from "./service-call";

/** A service that takes an API token, with the e-mail address of its account or without. */
interface TokenService extends Pick<Answering, "service" | "problemIn"> {
  /** What the service wants behind the address. */
  afterEmail?: string;
}

/**
 * The caller of a service that takes a token.
 * @param access.credentials `email` and `apiToken`; without an e-mail address the token is sent alone, as a personal access
 *   token of Data Center is
 */
export function tokenCaller(
  { baseUrl, credentials, namedSecrets = [] }: ServiceAccess,
  limits: CallLimits,
  { afterEmail = "", ...service }: TokenService,
): ServiceCaller {
  const { email = "", apiToken = "" } = credentials;
  const authorization = authorizationOf(email === "" ? "" : `${email}${afterEmail}`, apiToken);
  // Also without the word before its value.
  const secrets = [apiToken, authorization, authorization.replace(/^\w+ /, ""), ...namedSecrets];
  return serviceCaller({ ...limits, ...service, baseUrl, authorization, secrets });
}

/** `Authorization` of whoever signs in with a name and a token (RFC 7617), or with a token alone (RFC 6750). */
function authorizationOf(name: string, token: string): string {
  if (name === "") return `Bearer ${token}`;
  return `Basic ${Buffer.from(`${name}:${token}`).toString("base64")}`;
}
