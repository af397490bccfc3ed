import Link from "next/link";
import { AuthLayout } from "@/components/auth/auth-layout";
import { changePasswordAndGoOnAction } from "../actions";
import { ChangePasswordForm } from "../change-password-form";
import { requireSignedIn } from "../entry";

export const metadata = { title: "Change password" };

export default async function ChangePasswordPage() {
  const user = await requireSignedIn();
  return (
    <AuthLayout
      title="Change password"
      lead={user.mustChangePassword ? "Choose a password of your own before you go on." : undefined}
      foot="Password changes are recorded, never the password."
    >
      <ChangePasswordForm action={changePasswordAndGoOnAction} email={user.email} wide />
      {user.mustChangePassword ? null : (
        <p className="auth-alt">
          <Link className="link" href="/" prefetch={false}>
            Back to the start page
          </Link>
        </p>
      )}
    </AuthLayout>
  );
}
