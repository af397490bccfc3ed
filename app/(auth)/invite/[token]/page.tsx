import { randomUUID } from "node:crypto";
import type { ReactNode } from "react";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { emailKey } from "@/lib/access/email-key";
import type { UserPrincipal } from "@/lib/access/principal";
import { inviteFacts } from "@/lib/features/members/entry-queries";
import { signedInUser } from "@/lib/gate/current";
import { goWhereDue, loadForAnyone } from "../../entry";
import { acceptInviteAction } from "../../join-actions";
import { RegisterForm } from "../../register-form";
import { SignOutForm } from "../../sign-out-form";

export const metadata = { title: "Invitation" };

const closed = {
  used: "This invite was used already. If it was you, sign in; otherwise ask the owner for another.",
  expired: "This invite has expired. Ask the owner for another.",
  none: "This invite does not exist, or was cancelled. Ask the owner for another.",
} as const;

export default async function InvitePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const user = await signedInUser();
  if (user) goWhereDue(user);
  const { organization, invite } = await loadForAnyone(inviteFacts, token);
  const foot = "Accepting an invite, and attempts to, are recorded.";
  if (invite?.state !== "open")
    return (
      <AuthLayout title="Invitation" foot={foot}>
        <p className="mb-4 text-fg-2 text-sm">{closed[invite?.state ?? "none"]}</p>
        <ButtonLink href="/" size="lg" wide>
          {user ? "Go on" : "Sign in"}
        </ButtonLink>
      </AuthLayout>
    );
  return (
    <AuthLayout
      title="You are invited"
      lead={
        <>
          to <VisibleText text={organization} />
        </>
      }
      foot={foot}
    >
      {user ? (
        <ForSignedIn user={user} token={token} email={invite.email} />
      ) : (
        <RegisterForm way={{ invite: token, email: invite.email }} back={`/invite/${token}`} />
      )}
    </AuthLayout>
  );
}

function ForSignedIn({
  user,
  token,
  email,
}: {
  user: UserPrincipal;
  token: string;
  email: string;
}): ReactNode {
  if (emailKey(user.email) !== emailKey(email))
    return (
      <>
        <p className="mb-4 text-fg-2 text-sm">
          This invite is for <VisibleText text={email} />, and you are signed in as{" "}
          <VisibleText text={user.email} />. Sign out, then open the link again.
        </p>
        <SignOutForm />
      </>
    );
  if (user.role !== null)
    return (
      <>
        <p className="mb-4 text-fg-2 text-sm">You are a member already. There is nothing to accept.</p>
        <ButtonLink href="/" size="lg" wide>
          Go on
        </ButtonLink>
      </>
    );
  return (
    <>
      <p className="mb-4 text-fg-2 text-sm">
        You are signed in as <VisibleText text={user.email} />.
      </p>
      <ActionForm action={acceptInviteAction} attemptId={randomUUID()} label="Accept the invite">
        <input type="hidden" name="token" value={token} readOnly />
        <SubmitButton size="lg" wide>
          Accept the invite
        </SubmitButton>
      </ActionForm>
    </>
  );
}
