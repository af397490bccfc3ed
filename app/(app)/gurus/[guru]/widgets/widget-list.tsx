import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { CopyButton } from "@/components/ui/copy-button";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { deleteWidgetAction } from "./actions";

interface WidgetRow {
  id: string;
  domain: string;
  snippet: string;
  createdBy: string | null;
  createdAt: Date;
}

/** The widgets of a guru, each with what goes into its site's pages. */
export function WidgetList({
  guru,
  widgets,
  timeZone,
  now,
}: {
  guru: string;
  widgets: WidgetRow[];
  timeZone: string;
  now: string;
}) {
  return (
    <ul aria-label="Widgets" className="flex flex-col gap-4">
      {widgets.map(({ id, domain, snippet, createdBy, createdAt }) => (
        <li key={id} className="rounded-control border border-line p-3">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h3 className="mono min-w-0 flex-1 font-medium [overflow-wrap:anywhere]">{domain}</h3>
            <CopyButton text={snippet} label={`Copy the snippet for ${domain}`} shown="Copy snippet" />
            <ConfirmDialog
              trigger="Delete"
              triggerLook="quiet"
              triggerLabel={`Delete the widget for ${domain}`}
              title={`Delete the widget for ${domain}?`}
              confirmText="Delete widget"
              action={deleteWidgetAction}
              attemptId={randomUUID()}
              hidden={{ guru, id }}
            >
              The Ask button on that site's pages stops working at once. Take the snippet out of them, too.
            </ConfirmDialog>
          </div>
          <p className="text-fg-3 text-xs">
            Made <RelativeTime value={createdAt.toISOString()} timeZone={timeZone} now={now} />
            {createdBy ? <VisibleText text={` by ${createdBy}`} /> : null}. Put this before the end of the
            body of each page:
          </p>
          <pre
            className="mono mt-2 overflow-x-auto rounded-control bg-sunken p-2 text-xs"
            // Wider than a phone: the keyboard has to reach it to scroll.
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls
            tabIndex={0}
          >
            <code>{snippet}</code>
          </pre>
        </li>
      ))}
    </ul>
  );
}
