import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { signOutAction } from "@/app/(app)/sign-out/actions";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { ownFactor } from "@/lib/features/two-factor/queries";
import { requestFacts } from "@/lib/gate/current";
import { requireSignedIn } from "../entry";
import { TwoFactorSetup } from "../two-factor-setup";

export const metadata = { title: "Two-factor sign-in" };

export default async function TwoFactorPage() {
  const user = await requireSignedIn();
  if (user.mustChangePassword) redirect("/change-password");
  const found = await ownFactor.execute({ principal: user, request: await requestFacts(), input: null });
  if (!found.ok) redirect("/");
  const { isOn, isRequired, hasPassword, toScan } = found.value;
  const goOn = (
    <ButtonLink href="/" look="primary" size="lg" wide className="mt-4">
      Continue
    </ButtonLink>
  );
  return (
    <AuthLayout
      title="Two-factor sign-in"
      lead={
        isRequired && !isOn
          ? "The owner of this organization requires a second step at each sign-in. Set yours up before you go on."
          : undefined
      }
      foot="That it is set up is recorded, never the secret or a code."
    >
      <TwoFactorSetup toScan={toScan} isOn={isOn} hasPassword={hasPassword} />
      {isOn || !user.mustEnrolFactor ? goOn : null}
      <ActionForm action={signOutAction} attemptId={randomUUID()} label="Sign out" className="mt-4">
        <SubmitButton look="default" size="lg" wide>
          Sign out
        </SubmitButton>
      </ActionForm>
    </AuthLayout>
  );
}
