import { AppPage } from "../../app-page";
import { beginAuditView, type SearchParams } from "../../audit-view";

export const metadata = { title: "Audit Logs" };

export default async function GlobalAuditLogsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const view = beginAuditView({ scope: { kind: "global" }, search: await searchParams });
  return (
    <AppPage
      active="/settings/audit-logs"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Audit Logs" }]}
    >
      {view}
    </AppPage>
  );
}
