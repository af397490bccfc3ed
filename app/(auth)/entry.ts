import { redirect } from "next/navigation";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { entryFacts } from "@/lib/features/accounts/queries";
import { requestFacts, signedInUser } from "@/lib/gate/current";
import type { Query } from "@/lib/gate/query";

/** What the pages before signing in may say: the organization, and which doors stand open. */
export async function loadEntry() {
  const result = await entryFacts.execute({
    principal: anonymousPrincipal,
    request: await requestFacts(),
    input: null,
  });
  if (!result.ok) throw new Error("the entry facts are open to anyone");
  return result.value;
}

/** The value of a query that is open to anyone, signed in or not. */
export async function loadForAnyone<I, V>(query: Query<I, V>, input: I): Promise<V> {
  const result = await query.execute({
    principal: anonymousPrincipal,
    request: await requestFacts(),
    input,
  });
  if (!result.ok) throw new Error("this query is open to anyone");
  return result.value;
}

/** Leads a person to what they must do before anything else: they may not join, nor wait, before it is done. */
export function goWhereDue(user: UserPrincipal): void {
  if (user.mustChangePassword) redirect("/change-password");
  if (user.mustEnrolFactor) redirect("/two-factor");
}

/** For pages that only make sense before signing in. Asks the session itself: a cookie alone may be worthless. */
export async function leaveWhenSignedIn(to: string): Promise<void> {
  if (await signedInUser()) redirect(to);
}

/** For pages of this group that need somebody signed in, whatever their standing. */
export async function requireSignedIn(): Promise<UserPrincipal> {
  const user = await signedInUser();
  if (!user) redirect("/sign-in");
  return user;
}

/** One value of a query parameter. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;
