import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { ownStanding } from "@/lib/features/members/entry-queries";
import { requestFacts } from "@/lib/gate/current";
import { goWhereDue, requireSignedIn } from "../entry";
import { joinOrganizationAction } from "../join-actions";
import { SignOutForm } from "../sign-out-form";

export const metadata = { title: "No membership" };

export default async function PendingPage() {
  const user = await requireSignedIn();
  if (user.role !== null) redirect("/");
  goWhereDue(user);
  const asked = await ownStanding.execute({ principal: user, request: await requestFacts(), input: null });
  if (!asked.ok) throw new Error("whoever is signed in may know how they stand");
  const { organization, mustAsk, wasRemoved, waitingSince } = asked.value;
  const signedInAs = (
    <>
      You are signed in as <VisibleText text={user.email} />
    </>
  );
  if (waitingSince)
    return (
      <AuthLayout title="Waiting for approval">
        <p className="mb-4 text-fg-2 text-sm">
          {signedInAs}. The owner of <VisibleText text={organization} /> has your request to join, and has not
          answered it yet.
        </p>
        <ButtonLink href="/pending" size="lg" wide className="mb-3">
          Look again
        </ButtonLink>
        <SignOutForm />
      </AuthLayout>
    );
  return (
    <AuthLayout title="You are not a member">
      <p className="mb-4 text-fg-2 text-sm">
        {signedInAs}, but you are not a member of <VisibleText text={organization} />:{" "}
        {wasRemoved
          ? "its owner removed you. You can ask to come back."
          : "your request was rejected, or your membership was ended."}
      </p>
      <ActionForm
        action={joinOrganizationAction}
        attemptId={randomUUID()}
        label={mustAsk ? "Ask to join" : "Join"}
        className="mb-3"
      >
        <SubmitButton size="lg" wide>
          {mustAsk ? "Ask to join" : "Join"}
        </SubmitButton>
      </ActionForm>
      <SignOutForm />
    </AuthLayout>
  );
}
