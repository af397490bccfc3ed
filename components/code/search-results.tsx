"use client";
import Link from "next/link";
import type { KeyboardEvent, RefObject } from "react";
import { Button } from "@/components/ui/button";
import { useHotkey } from "@/components/ui/hotkey";
import { Icon } from "@/components/ui/icon";
import { visibleString } from "@/components/visible-text/tokens";
import { VisibleText } from "@/components/visible-text/visible-text";
import { nextLimit } from "./search-address";
import { endedText } from "./search-counts";
import { SearchFile } from "./search-file";
import type { RepositoryView, SearchView } from "./search-types";

/** The files that were found, by repository. J and K go from file to file, the arrows too once one is reached. */
export function SearchResults({
  view,
  isSearching,
  list,
  onMore,
}: {
  view: SearchView;
  isSearching: boolean;
  list: RefObject<HTMLElement | null>;
  onMore: (matches: number) => void;
}) {
  const more = view.endedBy === "matches" ? nextLimit(view.asked.matches) : null;
  const step = (by: 1 | -1) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-file]") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by]?.focus();
  };
  useHotkey({ key: "j" }, () => step(1));
  useHotkey({ key: "k" }, () => step(-1));
  const onKeyDown = (event: KeyboardEvent) => {
    const isFile = event.target instanceof HTMLElement && event.target.hasAttribute("data-file");
    if (!isFile || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  };
  const ended = endedText(view, more !== null);
  return (
    <section
      ref={list}
      className="cs-results"
      aria-label="Results"
      aria-busy={isSearching}
      data-dim={isSearching || undefined}
      onKeyDown={onKeyDown}
    >
      {view.repositories.map((repository) => (
        // The same repository may be a source of several gurus.
        <Repository key={`${repository.guru.slug} ${repository.name}`} repository={repository} />
      ))}
      {ended ? (
        <div className="cs-ended">
          <p>{ended}</p>
          {more === null ? null : (
            <Button aria-disabled={isSearching || undefined} onClick={() => isSearching || onMore(more)}>
              Load more
            </Button>
          )}
        </div>
      ) : null}
    </section>
  );
}

function Repository({ repository }: { repository: RepositoryView }) {
  const { name, guru, files } = repository;
  return (
    <section className="cs-repository" aria-label={visibleString(name)}>
      <h2 className="cs-repository-head">
        <Icon name="code" />
        <Link className="mono cut" href={repository.href} prefetch={false}>
          <VisibleText text={name} />
        </Link>
        <span className="cs-repository-guru cut">
          <VisibleText text={guru.name} />
        </span>
        <span className="cs-repository-files">
          {files.length === 1 ? "1 file" : `${files.length.toLocaleString("en-US")} files`}
        </span>
      </h2>
      {repository.problem ? (
        <p className="cs-repository-problem">
          <Icon name="alert" />
          <span>
            What is shown may be old or incomplete: <VisibleText text={repository.problem} />
          </span>
        </p>
      ) : null}
      <ul>
        {files.map((file) => (
          // A path may have another text on each branch.
          <SearchFile key={`${file.branches.join(" ")} ${file.name}`} file={file} />
        ))}
      </ul>
    </section>
  );
}
