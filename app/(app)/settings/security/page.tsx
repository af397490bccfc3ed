import { Page } from "@/components/ui/page";
import { ownSessions } from "@/lib/features/sessions/queries";
import { ownFactor } from "@/lib/features/two-factor/queries";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { SessionsSection } from "./sessions-section";
import { TwoFactorSection } from "./two-factor-section";

export const metadata = { title: "Security" };

export default async function SecurityPage() {
  const user = await requireUser();
  const [factor, sessions, timeZone] = await Promise.all([
    load(ownFactor, null),
    load(ownSessions, null),
    timeZoneOf(user),
  ]);
  return (
    <AppPage
      active="/settings/security"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Security" }]}
    >
      <Page title="Security" description="How you sign in, and where you are signed in.">
        <TwoFactorSection {...factor} />
        <SessionsSection sessions={sessions} timeZone={timeZone} />
      </Page>
    </AppPage>
  );
}
