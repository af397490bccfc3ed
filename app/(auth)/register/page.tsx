import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { FormMessage } from "@/components/forms/form-message";
import { VisibleText } from "@/components/visible-text/visible-text";
import { leaveWhenSignedIn, loadEntry } from "../entry";
import { RegisterForm } from "../register-form";

export const metadata = { title: "Create account" };

export default async function RegisterPage() {
  const entry = await loadEntry();
  if (!entry.ownerExists) redirect("/onboarding");
  await leaveWhenSignedIn("/");
  return (
    <AuthLayout
      title="Create account"
      lead={
        <>
          in <VisibleText text={entry.organization} />
        </>
      }
      foot="Registrations, and attempts to register, are recorded."
    >
      {entry.memberApprovalRequired ? (
        <FormMessage tone="info">
          After you have created your account, the owner of this organization decides whether to let you in.
        </FormMessage>
      ) : null}
      <RegisterForm />
    </AuthLayout>
  );
}
