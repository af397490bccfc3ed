import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { signOutAction } from "@/app/(app)/sign-out/actions";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { loadEntry, requireSignedIn } from "../entry";

export const metadata = { title: "No membership" };

export default async function PendingPage() {
  const user = await requireSignedIn();
  if (user.role !== null) redirect("/");
  const entry = await loadEntry();
  return (
    <AuthLayout title="You are not a member">
      <p className="mb-4 text-fg-2 text-sm">
        You are signed in as <VisibleText text={user.email} />, but you are not a member of{" "}
        <VisibleText text={entry.organization} />: either its owner has not let you in yet, or your membership
        was ended. Ask the owner, then load this page again.
      </p>
      <ActionForm action={signOutAction} attemptId={randomUUID()} label="Sign out">
        <SubmitButton look="default" size="lg" wide>
          Sign out
        </SubmitButton>
      </ActionForm>
    </AuthLayout>
  );
}
