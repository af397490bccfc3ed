import { randomUUID } from "node:crypto";
import { FormMessage } from "@/components/forms/form-message";
import { Page } from "@/components/ui/page";
import { absoluteTime } from "@/components/ui/time-format";
import { type Analytics, guruAnalytics } from "@/lib/features/analytics/queries";
import { analyticsAddress, exportFormats, intervals } from "@/lib/features/analytics/schemas";
import { dayIn } from "@/lib/platform/zone-rules";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruFrame } from "../guru-frame";
import { noticeText } from "./address";
import { Cards } from "./cards";
import { Charts } from "./charts";
import { ExportForm } from "./export-form";
import { Lists } from "./lists";
import { RangeForm } from "./range-form";

export const metadata = { title: "Analytics" };

export default async function AnalyticsPage({
  params,
  searchParams,
}: {
  params: Promise<{ guru: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { guru: slug } = await params;
  const asked = analyticsAddress.parse(await searchParams);
  const timeZone = await timeZoneOf(await requireUser());
  const analytics = await load(guruAnalytics, { ...asked, guru: slug, timeZone });
  const { guru, range, period, trouble, now, before } = analytics;
  const message = trouble === null ? noticeText(asked.notice) : `${trouble} These are the last 30 days.`;
  const shown = { ...asked, ...range };
  return (
    <GuruFrame slug={slug} page="analytics">
      <Page
        title="Analytics"
        description={`${rangeText(analytics, timeZone)}. Exports are recorded.`}
        actions={
          now.questions > 0 ? (
            <ExportForm
              key={JSON.stringify([range, asked.door, asked.search])}
              attemptId={randomUUID()}
              fields={exportFields(guru.slug, shown)}
              formats={Object.entries(exportFormats).map(([value, label]) => ({ value, label }))}
            />
          ) : null
        }
      >
        {message === null ? null : <FormMessage>{message}</FormMessage>}
        <RangeForm
          key={JSON.stringify([asked.interval, asked.from, asked.to, asked.door])}
          slug={guru.slug}
          // Also a range that cannot be used, to be mended.
          asked={asked}
          days={{ from: dayIn(period.since, timeZone), to: dayIn(period.until - 1, timeZone) }}
        />
        <Cards now={now} before={before} interval={range.interval} />
        {now.questions > 0 ? <Charts analytics={analytics} timeZone={timeZone} /> : null}
        <Lists analytics={analytics} asked={asked} timeZone={timeZone} />
      </Page>
    </GuruFrame>
  );
}

/** "Last 7 days: 16 Nov 2026, 00:00 CET to 22 Nov 2026, 14:41 CET". */
function rangeText({ range, period }: Analytics, timeZone: string): string {
  const moment = (atMs: number) => absoluteTime(new Date(atMs).toISOString(), timeZone, "minutes");
  return `${intervals[range.interval]}: ${moment(period.since)} to ${moment(period.until)}`;
}

/** What the export is asked for: what the page shows. */
function exportFields(
  guru: string,
  { interval, from, to, door, search }: ReturnType<typeof analyticsAddress.parse>,
): Record<string, string> {
  const isCustom = interval === "custom";
  return {
    guru,
    interval,
    ...(isCustom && from !== undefined ? { from } : {}),
    ...(isCustom && to !== undefined ? { to } : {}),
    ...(door === undefined ? {} : { door }),
    ...(search === undefined ? {} : { search }),
  };
}
