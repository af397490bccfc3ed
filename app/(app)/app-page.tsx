import { randomUUID } from "node:crypto";
import type { ReactNode } from "react";
import { AlarmBanner } from "@/components/shell/alarm-banner";
import { AppShell } from "@/components/shell/app-shell";
import {
  type Crumb,
  type GuruPage,
  guruSections,
  mainSections,
  type SettingsPage,
} from "@/components/shell/navigation";
import { activeAlarms } from "@/lib/features/log-integrity/alarm-queries";
import { shellFacts } from "@/lib/features/organization/queries";
import { runtime } from "@/lib/platform/runtime";
import { load, requireUser } from "./load";
import { signOutAction } from "./sign-out/actions";

const roleNames = { owner: "Owner", auditor: "Auditor", member: "Member" } as const;

/**
 * The frame of a signed-in page.
 * @param active the address of the sidebar's current item
 * @param guru set inside a guru: its own sections then stand in the sidebar
 */
export async function AppPage({
  active,
  breadcrumb,
  guru,
  children,
}: {
  active: string;
  breadcrumb: Crumb[];
  guru?: { name: string; slug: string; pages: GuruPage[] };
  children: ReactNode;
}) {
  const user = await requireUser();
  const [facts, alarms] = await Promise.all([load(shellFacts, null), load(activeAlarms, null)]);
  const settings: SettingsPage[] = ["profile", "security", "activity", "organization", "api-keys"];
  if (facts.canManageMembers) settings.push("members");
  if (facts.canManageUsers) settings.push("users");
  if (facts.canReadGlobalLog) settings.push("audit-logs");
  if (facts.canVerifyLog) settings.push("log-integrity");
  if (facts.canErasePerson) settings.push("erasure");
  const main = mainSections({
    gurus: facts.gurus,
    canListGurus: facts.canListGurus,
    canCreateGuru: facts.canCreateGuru,
    codeSearch: facts.canListGurus,
    settings,
    counts: facts.waitingRequests > 0 ? { members: facts.waitingRequests } : {},
  });
  const goTo = guru
    ? main.flatMap((s) => s.items).map((i) => ({ label: i.label, href: i.href, group: "Pages" }))
    : [];
  return (
    <AppShell
      org={facts.organization}
      version={runtime().version}
      sections={guru ? guruSections(guru.slug, guru.pages) : main}
      {...(guru ? { guru: { name: guru.name, slug: guru.slug } } : {})}
      banner={<AlarmBanner alarms={alarms} href="/settings/log-integrity" />}
      active={active}
      breadcrumb={breadcrumb}
      goTo={goTo}
      user={{ name: user.name, email: user.email, role: user.role ? roleNames[user.role] : "" }}
      accountLinks={[{ label: "Profile", href: "/settings/profile", icon: "user" }]}
      signOutAction={signOutAction}
      signOutAttemptId={randomUUID()}
    >
      {children}
    </AppShell>
  );
}
