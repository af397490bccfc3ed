import { randomUUID } from "node:crypto";
import { notFound } from "next/navigation";
import { changePasswordAction } from "@/app/(auth)/actions";
import { ChangePasswordForm } from "@/app/(auth)/change-password-form";
import { Page, Section } from "@/components/ui/page";
import { ownProfile } from "@/lib/features/accounts/profile-queries";
import { browserTimeZone, mostNameLength, timeZones } from "@/lib/features/accounts/schemas";
import { AppPage } from "../../app-page";
import { load } from "../../load";
import { EmailForm } from "./email-form";
import { ProfileForm } from "./profile-form";

export const metadata = { title: "Profile" };

const themeChoices = [
  { value: "system", label: "As your system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

const zoneChoices = () => [
  { value: browserTimeZone, label: "As your browser" },
  ...timeZones().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
];

export default async function ProfilePage() {
  const profile = await load(ownProfile, null);
  if (!profile) notFound();
  return (
    <AppPage
      active="/settings/profile"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Profile" }]}
    >
      <Page title="Profile" description="Changes are recorded, never a password." narrow>
        <Section title="You">
          <div className="max-w-[480px]">
            <ProfileForm
              attemptId={randomUUID()}
              name={profile.name}
              mostNameLength={mostNameLength}
              theme={profile.theme}
              themes={themeChoices}
              timeZone={profile.timeZone}
              timeZones={zoneChoices()}
            />
          </div>
        </Section>
        <Section title="E-mail address" description="You sign in with it.">
          <div className="max-w-[480px]">
            <EmailForm {...profile} />
          </div>
        </Section>
        {profile.hasPassword ? (
          <Section title="Password">
            <div className="max-w-[480px]">
              <ChangePasswordForm action={changePasswordAction} email={profile.email} />
            </div>
          </Section>
        ) : null}
      </Page>
    </AppPage>
  );
}
