"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { IconButton } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { Icon } from "@/components/ui/icon";
import { Modal } from "@/components/ui/modal";
import { blobAddress } from "./code-address";
import { FileBody } from "./viewer-file";
import { FolderBody } from "./viewer-folder";
import { ViewerHead } from "./viewer-head";
import { useMarkedLines } from "./viewer-marked";
import { Outline } from "./viewer-outline";
import { type PanelState, placeOf, SymbolPanel } from "./viewer-panel";
import { FileTree } from "./viewer-tree";
import type { FilePlace, SymbolAnswer, SymbolQuestion, ViewerProps } from "./viewer-types";
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
  /** The attempt to which there is no answer yet, or whose answer was lost: the same question is the same act till then. */
  const unanswered = useRef<{ question: string; id: string } | null>(null);
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

  const isHere = (to: FilePlace) =>
    to.repository === place.repository && to.revision === place.revision && to.path === path;

  function arrive(outcome: SymbolAnswer, question: SymbolQuestion): boolean {
    const [only, ...others] = outcome.files;
    const match = only?.matches[0];
    if (!only || !match || others.length > 0 || only.matches.length > 1) return false;
    const line = match.range.start.lineNumber;
    const to = placeOf(only, outcome, question);
    if (isHere(to) && marks.go(line, false)) return true;
    router.push(blobAddress({ ...to, line }));
    return true;
  }

  async function perform(question: SymbolQuestion, isInPanel = false) {
    const { act, symbol, language, within } = question;
    // A later question may be answered before an earlier one; only the latest is shown.
    const turn = ++latest.current;
    const say = (answer: PanelState["answer"]) =>
      turn === latest.current && setPanel({ question, answer, takesFocus: true });
    // Most definitions are one, and lead away: no panel that comes and goes.
    if (act === "references" || isInPanel) say({ state: "asked" });
    const ask = act === "references" ? props.findReferencesAction : props.gotoDefinitionAction;
    const asked = JSON.stringify(question);
    const id = unanswered.current?.question === asked ? unanswered.current.id : mintAttemptId();
    unanswered.current = { question: asked, id };
    try {
      const answer = await ask({
        attemptId: id,
        symbolName: symbol,
        repoName: within?.repository ?? null,
        revisionName: within?.revision ?? null,
        language,
      });
      if (unanswered.current?.id === id) unanswered.current = null;
      if (turn !== latest.current) return;
      if (!answer.ok) say({ state: "failed", message: answer.message });
      else if (act === "definitions" && arrive(answer.value, question)) setPanel(null);
      else say({ state: "found", outcome: answer.value });
    } catch (error) {
      console.error(error);
      say({ state: "failed", message: "The server did not answer. Check your connection." });
    }
  }
  const performHere = (act: SymbolQuestion["act"], symbol: string) => {
    const within = { repository: repository.name, revision: repository.revision };
    void perform({ act, symbol, language: file?.language ?? null, within });
  };
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
              onDefinition={(symbol) => performHere("definitions", symbol)}
              onReferences={(symbol) => performHere("references", symbol)}
            />
          ) : (
            <FolderBody repository={repository} path={path} entries={folders.get(path) ?? []} />
          )}
          {panel ? (
            <SymbolPanel
              panel={panel}
              onClose={closePanel}
              onAsk={(question) => void perform(question, true)}
              onFollow={(to, line) => {
                if (isHere(to) && marks.go(line, false)) return true;
                followed = { repository: to.repository, panel };
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
