import type { ReactNode } from "react";
import type { GuruPage } from "@/components/shell/navigation";
import type { GuruStanding } from "@/lib/access/permissions";
import { guruOverview } from "@/lib/features/gurus/queries";
import { AppPage } from "../../app-page";
import { load } from "../../load";

const forMaintainers: GuruPage[] = [
  "ask",
  "data-sources",
  "integrations",
  "backfill-jobs",
  "widgets",
  "excel-jobs",
  "secrets",
  "analytics",
  "team",
  "audit-logs",
  "settings",
];
/** The pages in the sidebar of a guru. */
export const pagesOf: Record<GuruStanding, GuruPage[]> = {
  maintainer: forMaintainers,
  viewer: ["ask"],
  visitor: ["ask"],
};

const titles: Partial<Record<GuruPage, string>> = {
  "data-sources": "Data sources",
  integrations: "Integrations",
  "backfill-jobs": "Backfill jobs",
  "excel-jobs": "Excel jobs",
  secrets: "Secrets",
  widgets: "Widgets",
  analytics: "Analytics",
  team: "Team",
  "audit-logs": "Audit Logs",
  settings: "Settings",
};

/**
 * The frame of a guru's page: its own sidebar, with what the person may open. A page loads its own content first, so that
 * a refusal is recorded for what was really asked.
 * @param slug as it stands in the address
 * @param more what follows in the breadcrumb below the section
 */
export async function GuruFrame({
  slug,
  page,
  more,
  children,
}: {
  slug: string;
  page: GuruPage;
  more?: string;
  children: ReactNode;
}) {
  const guru = await load(guruOverview, slug);
  const base = `/gurus/${guru.slug}`;
  const title = titles[page];
  const active = page === "ask" ? base : `${base}/${page}`;
  const breadcrumb = [
    { label: "Gurus", href: "/gurus" },
    { label: guru.name, href: base },
  ];
  // A viewer's source page belongs to no section of theirs.
  const section = title && guru.standing === "maintainer" ? [{ label: title, href: active }] : [];
  return (
    <AppPage
      active={active}
      breadcrumb={[...breadcrumb, ...section, ...(more ? [{ label: more }] : [])]}
      guru={{ name: guru.name, slug: guru.slug, pages: pagesOf[guru.standing] }}
    >
      {children}
    </AppPage>
  );
}
