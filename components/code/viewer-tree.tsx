"use client";
import Link from "next/link";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "@/components/ui/icon";
import { visibleString } from "@/components/visible-text/tokens";
import type { FolderEntry } from "@/lib/features/code-search/engine/types";
import { blobAddress, treeAddress } from "./code-address";
import { entriesNote } from "./viewer-limits";
import { type TreeRow, treeRows } from "./viewer-tree-rows";
import type { Folders, ViewedRepository } from "./viewer-types";

/** What was opened before, by repository and commit: going to another file keeps the tree as it was. */
const remembered = new Map<string, { folders: Folders; open: ReadonlySet<string> }>();

type Props = { repository: ViewedRepository; path: string; folders: Folders };

/** The files of a repository, as a tree after the pattern of WAI-ARIA; folders are asked for when they are opened. */
export function FileTree({ repository, path, folders: given }: Props) {
  const memory = `${repository.name}\0${repository.commit}`;
  const [folders, setFolders] = useState<Folders>(given);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(given.keys()));
  const [failed, setFailed] = useState<string | null>(null);
  const [current, setCurrent] = useState(path);
  const list = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => treeRows(folders, open), [folders, open]);
  const rootNote = entriesNote(folders.get("")?.length ?? 0);
  const tabStop = rows.some((row) => row.entry.path === current) ? current : rows[0]?.entry.path;

  useEffect(() => {
    const before = remembered.get(memory);
    if (!before) return;
    setFolders((now) => new Map([...before.folders, ...now]));
    setOpen((now) => new Set([...before.open, ...now]));
  }, [memory]);
  useEffect(() => {
    remembered.set(memory, { folders, open });
  }, [memory, folders, open]);
  useEffect(() => {
    list.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: "nearest" });
  }, []);

  async function toggle(entry: FolderEntry, wanted = !open.has(entry.path)) {
    setFailed(null);
    setOpen((now) => {
      const next = new Set(now);
      if (wanted) next.add(entry.path);
      else next.delete(entry.path);
      return next;
    });
    if (!wanted || folders.has(entry.path)) return;
    const entries = await askFolder(repository, entry.path);
    if (entries) setFolders((now) => new Map([...now, [entry.path, entries]]));
    else setFailed(entry.path);
  }

  function focus(row: TreeRow | undefined) {
    if (!row) return;
    setCurrent(row.entry.path);
    const items = list.current?.querySelectorAll<HTMLElement>('[role="treeitem"]') ?? [];
    items[rows.indexOf(row)]?.focus();
  }

  function onKeyDown(event: KeyboardEvent, row: TreeRow) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(row);
    const isOpen = row.entry.kind === "folder" && open.has(row.entry.path);
    const handlers: Record<string, () => void> = {
      ArrowDown: () => focus(rows[at + 1]),
      ArrowUp: () => focus(rows[at - 1]),
      Home: () => focus(rows[0]),
      End: () => focus(rows.at(-1)),
      ArrowRight: () => {
        if (row.entry.kind === "folder" && !isOpen) void toggle(row.entry, true);
        else if (isOpen && rows[at + 1]?.level === row.level + 1) focus(rows[at + 1]);
      },
      ArrowLeft: () => {
        if (isOpen) void toggle(row.entry, false);
        else focus(rows.slice(0, at).findLast((each) => each.level < row.level));
      },
    };
    if (row.entry.kind === "folder") handlers[" "] = () => void toggle(row.entry);
    const handler = Object.hasOwn(handlers, event.key) ? handlers[event.key] : undefined;
    if (handler) {
      event.preventDefault();
      handler();
      return;
    }
    if (event.key.length !== 1 || event.key === " ") return;
    const typed = event.key.toLowerCase();
    const next = [...rows.slice(at + 1), ...rows.slice(0, at)];
    focus(next.find((each) => each.entry.name.toLowerCase().startsWith(typed)));
  }

  return (
    <>
      <div ref={list} className="tree" role="tree" aria-label="Files">
        {rows.map((row) => {
          const { entry, level } = row;
          const isOpen = open.has(entry.path);
          const place = { repository: repository.name, revision: repository.revision, path: entry.path };
          return (
            <Link
              key={entry.path}
              prefetch={false}
              href={entry.kind === "folder" ? treeAddress(place) : blobAddress(place)}
              className="tree-row"
              role="treeitem"
              aria-level={level}
              aria-posinset={row.position}
              aria-setsize={row.size}
              aria-expanded={entry.kind === "folder" ? isOpen : undefined}
              aria-selected={entry.path === path}
              aria-current={entry.path === path ? "page" : undefined}
              tabIndex={entry.path === tabStop ? 0 : -1}
              title={visibleString(entry.path)}
              onFocus={() => setCurrent(entry.path)}
              onKeyDown={(event) => onKeyDown(event, row)}
              onClick={(event) => {
                if (entry.kind !== "folder" || event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                void toggle(entry);
              }}
            >
              {Array.from({ length: level - 1 }, (_, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: steps of indentation are alike
                <span key={n} className="tree-step" />
              ))}
              <Icon
                name={entry.kind === "file" ? "file" : isOpen ? "chevron-down" : "chevron-right"}
                className={entry.kind === "file" ? "tree-file" : "tree-chev"}
              />
              <span className="cut">{visibleString(entry.name)}</span>
              {failed === entry.path ? <span className="tree-failed">Could not be read</span> : null}
              {entry.kind === "folder" && isOpen && !folders.has(entry.path) && failed !== entry.path ? (
                <span className="tree-note">Loading…</span>
              ) : null}
              {isOpen && entriesNote(folders.get(entry.path)?.length ?? 0) ? (
                <span className="tree-note">Not all</span>
              ) : null}
            </Link>
          );
        })}
        {rows.length === 0 ? <p className="tree-note">No files</p> : null}
      </div>
      {rootNote ? <p className="tree-note">{rootNote}</p> : null}
    </>
  );
}

async function askFolder(repository: ViewedRepository, path: string): Promise<FolderEntry[] | null> {
  const params = new URLSearchParams({ repository: repository.name, folder: path });
  if (repository.revision !== null) params.set("revision", repository.revision);
  try {
    const answer = await fetch(`/code/folder?${params}`);
    const body = (await answer.json()) as { entries?: FolderEntry[] };
    return answer.ok && Array.isArray(body.entries) ? body.entries : null;
  } catch (error) {
    console.error(error);
    return null;
  }
}
