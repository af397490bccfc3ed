import { randomUUID } from "node:crypto";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { UserPrincipal } from "@/lib/access/principal";
import { inviteLinkFacts, ownStanding } from "@/lib/features/members/entry-queries";
import { requestFacts, signedInUser } from "@/lib/gate/current";
import { goWhereDue, loadForAnyone } from "../../entry";
import { joinOrganizationAction } from "../../join-actions";
import { RegisterForm } from "../../register-form";

export const metadata = { title: "Join" };

export default async function JoinPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const user = await signedInUser();
  if (user) goWhereDue(user);
  const { organization, stands } = await loadForAnyone(inviteLinkFacts, token);
  const isMember = user !== null && user.role !== null;
  if (!stands || isMember)
    return (
      <AuthLayout title="Join">
        <p className="mb-4 text-fg-2 text-sm">
          {isMember
            ? "You are a member already. There is nothing more to do."
            : "This invite link does not work (any more). Ask the owner of this organization for another."}
        </p>
        <ButtonLink href="/" size="lg" wide>
          {user ? "Go on" : "Sign in"}
        </ButtonLink>
      </AuthLayout>
    );
  return (
    <AuthLayout title="Join" lead={<VisibleText text={organization} />} foot="Whoever joins is recorded.">
      {user ? (
        <ForSignedIn user={user} token={token} />
      ) : (
        <RegisterForm way={{ link: token }} back={`/join/${token}`} />
      )}
    </AuthLayout>
  );
}

async function ForSignedIn({ user, token }: { user: UserPrincipal; token: string }) {
  const asked = await ownStanding.execute({ principal: user, request: await requestFacts(), input: null });
  if (!asked.ok) throw new Error("whoever is signed in may know how they stand");
  const { wasRemoved, waitingSince } = asked.value;
  const signedInAs = (
    <>
      You are signed in as <VisibleText text={user.email} />.
    </>
  );
  if (wasRemoved && waitingSince)
    return (
      <>
        <p className="mb-4 text-fg-2 text-sm">{signedInAs} The owner has your request to come back.</p>
        <ButtonLink href="/pending" size="lg" wide>
          Go on
        </ButtonLink>
      </>
    );
  const word = wasRemoved ? "Ask to join" : "Join";
  return (
    <>
      <p className="mb-4 text-fg-2 text-sm">
        {signedInAs}
        {wasRemoved ? " The owner removed you once: this link asks them to let you in again." : ""}
      </p>
      <ActionForm action={joinOrganizationAction} attemptId={randomUUID()} label={word}>
        <input type="hidden" name="link" value={token} readOnly />
        <SubmitButton size="lg" wide>
          {word}
        </SubmitButton>
      </ActionForm>
    </>
  );
}
