import Link from "next/link";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { FolderEntry } from "@/lib/features/code-search/engine/types";
import { blobAddress, treeAddress } from "./code-address";
import { entriesNote } from "./viewer-limits";
import type { ViewedRepository } from "./viewer-types";

/** What a folder holds: folders first. */
export function FolderBody({
  repository,
  path,
  entries,
}: {
  repository: ViewedRepository;
  path: string;
  entries: readonly FolderEntry[];
}) {
  const { name, revision } = repository;
  if (entries.length === 0)
    return (
      <EmptyState title="There are no files here">
        This branch has no files that are searched: only text of a reasonable size is.
      </EmptyState>
    );
  const note = entriesNote(entries.length);
  const above = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  return (
    <div className="folder-body">
      <ul className="folder-list" aria-label="Entries of the folder">
        {path === "" ? null : (
          <li>
            <Link
              prefetch={false}
              className="folder-row"
              href={treeAddress({ repository: name, revision, path: above })}
              aria-label="Folder above"
            >
              <Icon name="folder" />
              ..
            </Link>
          </li>
        )}
        {entries.map((entry) => {
          const place = { repository: name, revision, path: entry.path };
          return (
            <li key={entry.path}>
              <Link
                prefetch={false}
                className="folder-row"
                href={entry.kind === "folder" ? treeAddress(place) : blobAddress(place)}
              >
                <Icon name={entry.kind} />
                <span className="cut">
                  <VisibleText text={entry.name} />
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      {note ? <p className="tree-note">{note}</p> : null}
    </div>
  );
}
