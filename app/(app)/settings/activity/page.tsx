import { ActivityPage } from "@/components/audit/activity-page";
import { EmptyState } from "@/components/ui/empty-state";
import { parseFilter } from "@/lib/audit/query/filter";
import { ownActivity } from "@/lib/features/audit-log/own-activity";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";

export const metadata = { title: "My activity" };

type Search = Record<string, string | string[] | undefined>;

export default async function OwnActivityPage({ searchParams }: { searchParams: Promise<Search> }) {
  const search = await searchParams;
  return (
    <AppPage
      active="/settings/activity"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "My activity" }]}
    >
      <OwnActivity search={search} />
    </AppPage>
  );
}

async function OwnActivity({ search }: { search: Search }) {
  const one = (name: string) => [search[name] ?? []].flat().find((value) => value !== "");
  // Of the log's filters this page has the range of time alone.
  const params = new URLSearchParams();
  for (const name of ["since", "until"]) {
    const value = one(name);
    if (value !== undefined) params.set(name, value);
  }
  const parsed = parseFilter(params);
  if (!parsed.ok) {
    return (
      <EmptyState title="This address has a range that cannot be used">
        {parsed.message}{" "}
        <a className="link" href="?">
          Show all of it
        </a>
      </EmptyState>
    );
  }
  const { since, until } = parsed.filter;
  const [activity, timeZone] = await Promise.all([
    load(ownActivity, {
      since,
      until,
      older: one("older") ?? null,
      newer: one("newer") ?? null,
      event: one("event") ?? null,
    }),
    requireUser().then(timeZoneOf),
  ]);
  return (
    <ActivityPage {...activity} range={{ since, until }} timeZone={timeZone} now={new Date().toISOString()} />
  );
}
