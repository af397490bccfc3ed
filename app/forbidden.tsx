import Link from "next/link";
import { EmptyState } from "@/components/ui/empty-state";
import { AppPage } from "./(app)/app-page";

export default async function ForbiddenPage() {
  return (
    <AppPage active="" breadcrumb={[{ label: "Not allowed" }]}>
      <EmptyState title="Your role does not allow this page">
        Ask a maintainer of the guru, or the owner of the organization, to give you the role that it needs.
        That you asked was recorded.{" "}
        <Link className="link" href="/gurus">
          Back to your gurus
        </Link>
      </EmptyState>
    </AppPage>
  );
}
