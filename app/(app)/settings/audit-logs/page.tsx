import { AppPage } from "../../app-page";
import { AuditView, type SearchParams } from "../../audit-view";

export const metadata = { title: "Audit Logs" };

export default async function GlobalAuditLogsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  return (
    <AppPage
      active="/settings/audit-logs"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Audit Logs" }]}
    >
      <AuditView scope={{ kind: "global" }} search={await searchParams} />
    </AppPage>
  );
}
