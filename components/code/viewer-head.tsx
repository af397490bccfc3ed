"use client";
import Link from "next/link";
import { Fragment, useEffect, useState } from "react";
import { IconButton } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import { blobAddress, treeAddress } from "./code-address";
import { BranchPicker } from "./viewer-branches";
import type { LineRange, ShownFile, ViewedRepository } from "./viewer-types";

/** Where one is, and what can be done with the whole of it. */
export function ViewerHead({
  repository,
  path,
  file,
  hostUrl,
  marked,
  isWrapped,
  onWrapped,
  onFiles,
  onOutline,
}: {
  repository: ViewedRepository;
  path: string;
  file: ShownFile | null;
  hostUrl: string | null;
  marked: LineRange | null;
  isWrapped: boolean;
  onWrapped: (isWrapped: boolean) => void;
  onFiles: () => void;
  onOutline: () => void;
}) {
  const origin = useOrigin();
  const atCommit = {
    repository: repository.name,
    revision: repository.commit,
    path,
    ...(marked ? { line: marked.first, lastLine: marked.last } : {}),
  };
  const permalink = file ? blobAddress(atCommit) : treeAddress(atCommit);
  return (
    <div className="viewer-head">
      <IconButton label="Files" className="viewer-files-btn" onClick={onFiles}>
        <Icon name="folder" />
      </IconButton>
      <BranchPicker repository={repository} path={path} isFile={file !== null} />
      <h1 className="viewer-path" title={path === "" ? repository.name : path}>
        <PathLinks repository={repository} path={path} />
      </h1>
      {path === "" ? null : <CopyButton text={path} label="Copy path" />}
      <span className="flex-1" />
      {file ? <FileFacts file={file} /> : null}
      <div className="viewer-acts">
        {file ? (
          <IconButton
            label="Wrap long lines"
            aria-pressed={isWrapped}
            className={isWrapped ? "on" : undefined}
            onClick={() => onWrapped(!isWrapped)}
          >
            <Icon name="wrap" />
          </IconButton>
        ) : null}
        <CopyButton icon="link" text={`${origin}${permalink}`} label="Copy permalink" />
        {hostUrl ? (
          <a
            className="icon-btn"
            href={hostUrl}
            target="_blank"
            rel="noopener noreferrer"
            aria-label="Open on its host"
            title="Open on its host"
          >
            <Icon name="external" />
          </a>
        ) : null}
        {file ? (
          <IconButton label="Outline" className="viewer-outline-btn" onClick={onOutline}>
            <Icon name="log" />
          </IconButton>
        ) : null}
      </div>
    </div>
  );
}

/** Known in the browser alone. */
function useOrigin(): string {
  const [origin, setOrigin] = useState("");
  useEffect(() => setOrigin(location.origin), []);
  return origin;
}

function PathLinks({ repository, path }: { repository: ViewedRepository; path: string }) {
  const parts = path === "" ? [] : path.split("/");
  const { name, revision } = repository;
  const root = name.split("/").at(-1) ?? name;
  if (parts.length === 0) return <VisibleText text={root} />;
  return (
    <>
      <Link prefetch={false} href={treeAddress({ repository: name, revision })} className="viewer-crumb">
        <VisibleText text={root} />
      </Link>
      {parts.map((part, index) => {
        const upTo = parts.slice(0, index + 1).join("/");
        return (
          <Fragment key={upTo}>
            <span className="viewer-slash">/</span>
            {index === parts.length - 1 ? (
              <span className="viewer-last">
                <VisibleText text={part} />
              </span>
            ) : (
              <Link
                prefetch={false}
                href={treeAddress({ repository: name, revision, path: upTo })}
                className="viewer-crumb"
              >
                <VisibleText text={part} />
              </Link>
            )}
          </Fragment>
        );
      })}
    </>
  );
}

function FileFacts({ file }: { file: ShownFile }) {
  const facts = [
    file.language,
    `${file.lines.toLocaleString("en-US")} ${file.lines === 1 ? "line" : "lines"}`,
    sizeText(file.bytes),
  ];
  return <span className="viewer-facts">{facts.filter(Boolean).join(" · ")}</span>;
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const kilobytes = bytes / 1_000;
  return kilobytes < 1_000 ? `${kilobytes.toFixed(1)} kB` : `${(kilobytes / 1_000).toFixed(1)} MB`;
}
