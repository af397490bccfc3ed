import "server-only";
import { cookies, headers } from "next/headers";
import { cache } from "react";
import {
  anonymousPrincipal,
  type Principal,
  type RequestFacts,
  type UserPrincipal,
} from "@/lib/access/principal";
import { currentCookieName, principalOfCookie } from "@/lib/access/sessions";
import { currentRequest } from "@/lib/platform/request-context";
import { isPrefetch } from "./prefetch";

/** Address, browser and number of the request being served, for the record. */
export async function requestFacts(): Promise<RequestFacts> {
  const { ip, requestId } = currentRequest();
  return { ip, requestId, userAgent: (await headers()).get("user-agent") };
}

/** Who is signed in, once a render; null for nobody. */
export const signedInUser = cache(async (): Promise<UserPrincipal | null> => {
  const cookie = (await cookies()).get(currentCookieName())?.value;
  return principalOfCookie(cookie);
});

export async function currentPrincipal(): Promise<Principal> {
  return (await signedInUser()) ?? anonymousPrincipal;
}

/** True for a request whose answer nobody reads (yet): it gets no rows of the log and leaves no record of a read. */
export async function isUnread(): Promise<boolean> {
  if (currentRequest().method === "HEAD") return true;
  return isPrefetch(await headers());
}
