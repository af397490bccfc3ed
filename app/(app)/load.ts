import { forbidden, notFound, redirect } from "next/navigation";
import type { UserPrincipal } from "@/lib/access/principal";
import { isUnread, requestFacts, signedInUser } from "@/lib/gate/current";
import type { Query } from "@/lib/gate/query";

/**
 * The person signed in. Leads to the sign-in page, to the page for people without a membership, or to the forced change
 * of the password or set-up of a second factor, where that is due.
 */
export async function requireUser(): Promise<UserPrincipal> {
  const user = await signedInUser();
  if (!user) redirect("/sign-in");
  if (user.mustChangePassword) redirect("/change-password");
  if (user.role === null) redirect("/pending");
  if (user.mustEnrolFactor) redirect("/two-factor");
  return user;
}

/** The value of a query for the person signed in; 404 for what does not exist or may not be seen, 403 for what may. */
export async function load<I, V>(query: Query<I, V>, input: I): Promise<V> {
  const principal = await requireUser();
  const isRecorded = !(await isUnread());
  const result = await query.execute({ principal, request: await requestFacts(), input, isRecorded });
  if (result.ok) return result.value;
  if (result.code === "forbidden") forbidden();
  notFound();
}
