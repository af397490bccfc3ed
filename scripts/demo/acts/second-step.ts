import { presentCode } from "@/lib/access/factor-codes";
import { anonymousPrincipal as principal } from "@/lib/access/principal";
import { completeSignIn } from "@/lib/features/accounts/commands/complete-sign-in";
import type { NewSession } from "@/lib/features/accounts/first-step";
import { done, type Member, type Place, requestAt } from "./world";

/** The second step: the first time by a recovery code, as the telephone is in the other coat. */
export async function takeSecondStep(member: Member, step: string, place: Place): Promise<NewSession> {
  if (!member.factor) throw new Error(`${member.person.email} has no second factor`);
  const { secret, recoveryCodes } = member.factor;
  const code = recoveryCodes.length === 10 ? (recoveryCodes.pop() ?? "") : presentCode(secret);
  const request = requestAt(member.person, place);
  return done(await completeSignIn.execute({ principal, request, input: { step, code } }));
}
