import { presentCode } from "@/lib/access/factor-codes";
import { unprovenSecret } from "@/lib/access/second-factor";
import { confirmFactor } from "@/lib/features/two-factor/commands/confirm-factor";
import { disableFactor } from "@/lib/features/two-factor/commands/disable-factor";
import { startFactor } from "@/lib/features/two-factor/commands/start-factor";
import { inTransaction } from "@/lib/gate/transaction";
import { present, signOutAct } from "./accounts";
import { callOf, done, type World } from "./world";

/** A colleague switches two-factor sign-in on, and signs in with it at once to see; or switches it off. */
export async function secondFactorAct(
  world: World,
  { who, step }: { who: string; step: "on" | "off" },
): Promise<void> {
  const member = await present(world, who);
  if (step === "off") {
    if (!member.factor) throw new Error(`${who} has no second factor`);
    // The code of the sign-in a moment ago serves no second time.
    pass(world, 40_000);
    const code = presentCode(member.factor.secret);
    done(await disableFactor.execute({ ...callOf(member), input: { code } }));
    delete member.factor;
    return;
  }
  const currentPassword = member.password ?? "";
  done(await startFactor.execute({ ...callOf(member), input: { currentPassword } }));
  // In a transaction, which has the demo's clock: a secret is shown for a few minutes only.
  const secret = await inTransaction((tx) => unprovenSecret(tx, member.accountId));
  if (!secret) throw new Error("there is no secret to scan");
  pass(world, 40_000);
  const input = { code: presentCode(secret), currentPassword };
  const { recoveryCodes } = done(await confirmFactor.execute({ ...callOf(member), input }));
  member.factor = { secret, recoveryCodes };
  pass(world, 60_000);
  await signOutAct(world, { who });
  pass(world, 20_000);
  await present(world, who);
}

function pass(world: World, ms: number): void {
  world.clock.advanceTo(world.clock.now().getTime() + ms);
}
