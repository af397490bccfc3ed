"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { IconButton } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { Icon } from "@/components/ui/icon";
import { Modal } from "@/components/ui/modal";
import type { SymbolOutcome } from "@/lib/features/code-search/engine/types";
import { blobAddress } from "./code-address";
import { FileBody } from "./viewer-file";
import { FolderBody } from "./viewer-folder";
import { ViewerHead } from "./viewer-head";
import { useMarkedLines } from "./viewer-marked";
import { Outline } from "./viewer-outline";
import { type PanelState, SymbolPanel } from "./viewer-panel";
import { FileTree } from "./viewer-tree";
import type { ViewerProps } from "./viewer-types";
import { useWrapped } from "./viewer-wrapped";

/** The panel whose result was followed: it stays open on the page of that file. */
let followed: { repository: string; panel: PanelState } | null = null;

type Drawer = "files" | "outline" | null;

/** A file or folder of a repository with its tree, its outline, and what is asked about its symbols. */
export function CodeViewer(props: ViewerProps) {
  const { repository, path, folders, file, hostUrl } = props;
  const router = useRouter();
  const [drawer, setDrawer] = useState<Drawer>(null);
  const [panel, setPanel] = useState<PanelState | null>(null);
  const [isWrapped, setWrapped] = useWrapped();
  const scroller = useRef<HTMLDivElement>(null);
  const latest = useRef(0);
  const marks = useMarkedLines(scroller, file);
  const place = { repository: repository.name, revision: repository.revision, path };

  useEffect(() => {
    if (followed?.repository === repository.name) setPanel({ ...followed.panel, takesFocus: false });
    followed = null;
  }, [repository.name]);

  const goTo = (line: number): boolean => {
    setDrawer(null);
    return marks.go(line, false);
  };

  function arrive(outcome: SymbolOutcome): boolean {
    const [only, ...others] = outcome.files;
    const match = only?.matches[0];
    if (!only || !match || others.length > 0 || only.matches.length > 1) return false;
    const line = match.range.start.lineNumber;
    if (only.path === path && marks.go(line, false)) return true;
    router.push(blobAddress({ ...place, path: only.path, line }));
    return true;
  }

  async function perform(act: PanelState["act"], symbol: string) {
    // A later question may be answered before an earlier one; only the latest is shown.
    const turn = ++latest.current;
    const say = (answer: PanelState["answer"]) =>
      turn === latest.current && setPanel({ act, symbol, answer, takesFocus: true });
    // Most definitions are one, and lead away: no panel that comes and goes.
    if (act === "references") say({ state: "asked" });
    const ask = act === "references" ? props.findReferencesAction : props.gotoDefinitionAction;
    try {
      const answer = await ask({
        attemptId: mintAttemptId(),
        symbolName: symbol,
        repoName: repository.name,
        revisionName: repository.revision,
        language: file?.language ?? null,
      });
      if (turn !== latest.current) return;
      if (!answer.ok) say({ state: "failed", message: answer.message });
      else if (act === "definitions" && arrive(answer.value)) setPanel(null);
      else say({ state: "found", outcome: answer.value });
    } catch (error) {
      console.error(error);
      say({ state: "failed", message: "The server did not answer. Check your connection, then try again." });
    }
  }
  const closePanel = useCallback(() => {
    latest.current++;
    setPanel(null);
    scroller.current?.focus({ preventScroll: true });
  }, []);

  const tree = <FileTree repository={repository} path={path} folders={folders} />;
  const outline = file ? (
    <Outline
      symbols={file.outline}
      bytes={file.bytes}
      address={(line) => blobAddress({ ...place, line })}
      onGo={goTo}
    />
  ) : null;
  return (
    <div className="viewer">
      <ViewerHead
        repository={repository}
        path={path}
        file={file}
        hostUrl={hostUrl}
        marked={marks.range}
        isWrapped={isWrapped}
        onWrapped={setWrapped}
        onFiles={() => setDrawer("files")}
        onOutline={() => setDrawer("outline")}
      />
      <div className={cn("viewer-body", file && "with-outline")}>
        <nav className="viewer-tree" aria-label="Repository">
          {tree}
        </nav>
        <div className="viewer-main">
          {file ? (
            <FileBody
              repository={repository}
              path={path}
              file={file}
              scroller={scroller}
              isWrapped={isWrapped}
              onLine={marks.go}
              onDefinition={(symbol) => void perform("definitions", symbol)}
              onReferences={(symbol) => void perform("references", symbol)}
            />
          ) : (
            <FolderBody repository={repository} path={path} entries={folders.get(path) ?? []} />
          )}
          {panel ? (
            <SymbolPanel
              panel={panel}
              repository={repository}
              onClose={closePanel}
              onFollow={(to, line) => {
                if (to === path && marks.go(line, false)) return true;
                followed = { repository: repository.name, panel };
                return false;
              }}
            />
          ) : null}
        </div>
        {outline ? (
          <aside className="viewer-outline" aria-label="Symbols">
            {outline}
          </aside>
        ) : null}
      </div>
      {drawer ? (
        <Modal
          label={drawer === "files" ? "Files of the repository" : "Symbols of the file"}
          className={drawer === "files" ? "sheet left viewer-drawer" : "sheet viewer-drawer"}
          onClose={() => setDrawer(null)}
        >
          <div className="viewer-drawer-head">
            <h2>{drawer === "files" ? "Files" : "Outline"}</h2>
            <IconButton label="Close" onClick={() => setDrawer(null)}>
              <Icon name="close" />
            </IconButton>
          </div>
          <div className="viewer-drawer-body">{drawer === "files" ? tree : outline}</div>
        </Modal>
      ) : null}
    </div>
  );
}
