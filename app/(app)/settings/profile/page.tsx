import { changePasswordAction } from "@/app/(auth)/actions";
import { ChangePasswordForm } from "@/app/(auth)/change-password-form";
import { ThemeSwitch } from "@/components/shell/theme-switch";
import { Page, Section } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { AppPage } from "../../app-page";
import { requireUser } from "../../load";

export const metadata = { title: "Profile" };

export default async function ProfilePage() {
  const user = await requireUser();
  return (
    <AppPage
      active="/settings/profile"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Profile" }]}
    >
      <Page title="Profile" narrow>
        <Section title="You">
          <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
            <dt className="text-fg-2">Name</dt>
            <dd className="min-w-0 [overflow-wrap:anywhere]">
              <VisibleText text={user.name} />
            </dd>
            <dt className="text-fg-2">Email</dt>
            <dd className="min-w-0 [overflow-wrap:anywhere]">
              <VisibleText text={user.email} />
            </dd>
          </dl>
        </Section>
        <Section title="Password" description="The change is recorded, never the password.">
          <div className="max-w-[480px]">
            <ChangePasswordForm action={changePasswordAction} email={user.email} />
          </div>
        </Section>
        <Section title="Appearance" description="Follows your system, unless you switch it in this browser.">
          <ThemeSwitch words="Switch between light and dark" />
        </Section>
      </Page>
    </AppPage>
  );
}
