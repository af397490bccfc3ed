import { Badge } from "@/components/ui/badge";
import { VisibleText } from "@/components/visible-text/visible-text";

export interface StatusFacts {
  status: "NOT_PROCESSED" | "PROCESSING" | "SUCCESS" | "FAIL";
  error: string | null;
  passages: number;
  progressBytes: number;
  sizeBytes: number;
}

/** Where the indexing of a source stands, in words and figures. */
export function SourceStatus({ source }: { source: StatusFacts }) {
  switch (source.status) {
    case "NOT_PROCESSED":
      return <Badge>Waiting</Badge>;
    case "PROCESSING": {
      const percent = Math.min(100, Math.floor((source.progressBytes / Math.max(1, source.sizeBytes)) * 100));
      return (
        <span className="inline-flex items-center gap-2">
          <Badge tone="updated">Indexing</Badge>
          <progress
            className="h-1.5 w-20 [accent-color:var(--accent)]"
            value={percent}
            max={100}
            aria-label="Progress"
          />
          <span className="num text-fg-2 text-xs">{percent} %</span>
        </span>
      );
    }
    case "SUCCESS":
      return (
        <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <Badge tone="created">Indexed</Badge>
          <span className="num whitespace-nowrap text-fg-2 text-xs">
            {source.passages.toLocaleString("en-US")} {source.passages === 1 ? "passage" : "passages"}
          </span>
        </span>
      );
    case "FAIL":
      return (
        <span className="inline-flex min-w-0 flex-wrap items-center gap-2">
          <Badge tone="failed">Failed</Badge>
          <span className="text-red-fg text-xs">
            <VisibleText text={source.error ?? "For an unknown reason. Reindex the source to try again."} />
          </span>
        </span>
      );
  }
}
