import { guruOverview } from "@/lib/features/gurus/queries";
import { AppPage } from "../../../app-page";
import { beginAuditView, type SearchParams } from "../../../audit-view";
import { load } from "../../../load";
import { pagesOf } from "../guru-frame";

export const metadata = { title: "Audit Logs" };

export default async function GuruAuditLogsPage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const { guru: slug } = await params;
  const guru = await load(guruOverview, slug);
  const view = beginAuditView({ scope: { kind: "guru", slug: guru.slug }, search: await searchParams });
  return (
    <AppPage
      active={`/gurus/${guru.slug}/audit-logs`}
      breadcrumb={[
        { label: "Gurus", href: "/gurus" },
        { label: guru.name, href: `/gurus/${guru.slug}` },
        { label: "Audit Logs" },
      ]}
      guru={{ name: guru.name, slug: guru.slug, pages: pagesOf[guru.standing] }}
    >
      {view}
    </AppPage>
  );
}
