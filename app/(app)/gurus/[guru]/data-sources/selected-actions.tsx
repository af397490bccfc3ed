"use client";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { VisibleText } from "@/components/visible-text/visible-text";
import { deleteDataSourcesAction, reindexDataSourcesAction } from "./actions";

const namedAtMost = 10;

/** What can be done to the chosen sources, each named before it is done. */
export function SelectedActions({
  guru,
  selected,
  attemptIds,
}: {
  guru: string;
  selected: { id: string; title: string }[];
  attemptIds: { delete: string; reindex: string };
}) {
  if (selected.length === 0) return null;
  const [only] = selected;
  const what = selected.length === 1 && only ? `“${only.title}”` : `${selected.length} data sources`;
  const hidden = { guru, ids: selected.map((source) => source.id) };
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2" role="toolbar" aria-label="Selected data sources">
      <span className="num text-fg-2 text-sm" aria-live="polite">
        {selected.length} selected
      </span>
      <ConfirmDialog
        trigger="Reindex"
        title={`Reindex ${what}?`}
        confirmText="Reindex"
        danger={false}
        action={reindexDataSourcesAction}
        attemptId={attemptIds.reindex}
        hidden={hidden}
      >
        <Titles selected={selected} />
        The text is cut into passages anew. Until that ends, the present passages go on answering.
      </ConfirmDialog>
      <ConfirmDialog
        trigger="Delete"
        triggerLook="danger-quiet"
        title={`Delete ${what}?`}
        confirmText="Delete"
        action={deleteDataSourcesAction}
        attemptId={attemptIds.delete}
        hidden={hidden}
      >
        <Titles selected={selected} />
        The guru stops answering from what is deleted. This cannot be undone.
      </ConfirmDialog>
    </div>
  );
}

function Titles({ selected }: { selected: { id: string; title: string }[] }) {
  // A single one stands in the dialog's title.
  if (selected.length === 1) return null;
  const rest = selected.length - namedAtMost;
  return (
    <ul className="mb-2 list-disc pl-5">
      {selected.slice(0, namedAtMost).map((source) => (
        <li key={source.id} className="[overflow-wrap:anywhere]">
          <VisibleText text={source.title} />
        </li>
      ))}
      {rest > 0 ? <li>and {rest} more</li> : null}
    </ul>
  );
}
