import { Badge } from "@/components/ui/badge";
import { VisibleText } from "@/components/visible-text/visible-text";
import { sourceStatuses } from "@/lib/features/data-sources/schemas";

export interface StatusFacts {
  status: keyof typeof sourceStatuses;
  error: string | null;
  /** What it says of a host that does not answer, though what was read before goes on answering. */
  unreached: string | null;
  passages: number;
  progressBytes: number;
  sizeBytes: number;
  progressDone: number | null;
  progressTotal: number | null;
  progressNote: string | null;
}

/** Where the indexing of a source stands, in words and figures. */
export function SourceStatus({ source }: { source: StatusFacts }) {
  const words = sourceStatuses[source.status];
  switch (source.status) {
    case "NOT_PROCESSED":
      return <Badge>{words}</Badge>;
    case "PROCESSING":
      return (
        <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <Badge tone="updated">{words}</Badge>
          <Progress source={source} />
          {source.progressNote ? (
            <span className="num text-fg-2 text-xs [overflow-wrap:anywhere]">
              <VisibleText text={source.progressNote} />
            </span>
          ) : null}
        </span>
      );
    case "SUCCESS":
      return (
        <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <Badge tone="created">{words}</Badge>
          <span className="num whitespace-nowrap text-fg-2 text-xs">
            {source.passages.toLocaleString("en-US")} {source.passages === 1 ? "passage" : "passages"}
          </span>
          {source.unreached ? (
            <span className="text-red-fg text-xs [overflow-wrap:anywhere]">
              <VisibleText text={source.unreached} />
            </span>
          ) : null}
        </span>
      );
    case "FAIL":
      return (
        <span className="inline-flex min-w-0 flex-wrap items-center gap-2">
          <Badge tone="failed">{words}</Badge>
          <span className="text-red-fg text-xs [overflow-wrap:anywhere]">
            <VisibleText text={source.error ?? "For an unknown reason. Reindex the source to try again."} />
          </span>
        </span>
      );
  }
}

/** By pages, rows or files where these are counted, else by bytes; a source whose end is not known yet has no bar. */
function Progress({ source }: { source: StatusFacts }) {
  const [done, total] = source.progressTotal
    ? [source.progressDone ?? 0, source.progressTotal]
    : [source.progressBytes, source.sizeBytes];
  if (total <= 0) return null;
  const percent = Math.min(100, Math.floor((done / total) * 100));
  return (
    <>
      <progress className="progress w-20" value={percent} max={100} aria-label="Progress" />
      <span className="num text-fg-2 text-xs">{percent} %</span>
    </>
  );
}
