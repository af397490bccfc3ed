import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { VisibleText } from "@/components/visible-text/visible-text";
import { guruCrawls } from "@/lib/features/data-sources/crawl-queries";
import { load } from "../../../load";

type State = "waiting" | "running" | "done" | "stopped" | "failed";

/** Where a search stands, in a word. */
export function SearchState({ state }: { state: State }) {
  switch (state) {
    case "waiting":
      return <Badge>Waiting</Badge>;
    case "running":
      return <Badge tone="updated">Looking</Badge>;
    case "done":
      return <Badge tone="created">Done</Badge>;
    case "stopped":
      return <Badge>Stopped</Badge>;
    case "failed":
      return <Badge tone="failed">Failed</Badge>;
  }
}

/** The last searches for pages; nothing where there was none. */
export async function RecentSearches({ guru }: { guru: string }) {
  const searches = await load(guruCrawls, { guru });
  if (searches.length === 0) return null;
  return (
    <div className="mt-6 max-w-[720px] text-sm">
      <p className="mb-1 text-fg-2" id="last-searches">
        Last searches
      </p>
      <ul aria-labelledby="last-searches">
        {searches.map((search) => (
          <li
            key={search.id}
            className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-2 first:border-t-0"
          >
            <Link
              className="link min-w-0 [overflow-wrap:anywhere]"
              href={`/gurus/${guru}/data-sources/searches/${search.id}`}
              prefetch={false}
            >
              <VisibleText text={search.url} />
            </Link>
            <SearchState state={search.state} />
            <span className="num text-fg-2 text-xs">{search.found.toLocaleString("en-US")} found</span>
            {search.note ? (
              <span className="text-fg-2 text-xs">
                <VisibleText text={search.note} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}
