import { notFound } from "next/navigation";
import { type CodePlace, parseLines, parsePlace } from "@/components/code/code-address";
import { CodeViewer } from "@/components/code/viewer";
import { foldersAbove } from "@/components/code/viewer-tree-rows";
import type { Folders, ViewedRepository } from "@/components/code/viewer-types";
import { EmptyState } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { OpenWhenShown } from "@/components/when-shown/open-when-shown";
import type { VisibleRepository } from "@/lib/features/code-search/engine/types";
import { isNamed } from "@/lib/features/code-search/revisions";
import { codeFolders, unindexedRepository } from "@/lib/features/code-search/viewer-queries";
import { isUnread } from "@/lib/gate/current";
import { AppPage } from "../../app-page";
import { load } from "../../load";
import { findReferencesAction, gotoDefinitionAction } from "./actions";
import { hostAddress } from "./host-address";
import { viewFile } from "./view-file";

export async function generateMetadata({ params }: { params: Promise<{ where: string[] }> }) {
  const place = parsePlace((await params).where);
  return { title: place?.path.split("/").at(-1) || place?.repository || "Code" };
}

/** A file or a folder of a repository, for whoever has a role in its guru. */
export default async function BrowsePage({
  params,
  searchParams,
}: {
  params: Promise<{ where: string[] }>;
  searchParams: Promise<{ line?: string | string[] }>;
}) {
  const place = parsePlace((await params).where);
  if (!place) notFound();
  const waiting = await load(unindexedRepository, place.repository);
  if (waiting) return <NotIndexed repository={waiting} />;
  // Before the record: what is not there is no view.
  const { repository, folders } = await foldersOf(place);
  // What nobody reads is none either: it gets the status of the page, and nothing of the file.
  if (await isUnread()) {
    return (
      <Frame place={place}>
        <OpenWhenShown />
      </Frame>
    );
  }
  const [line] = [(await searchParams).line ?? []].flat();
  const file = place.kind === "blob" ? await viewFile(place, parseLines(line)) : null;
  return (
    <Frame place={place}>
      <CodeViewer
        key={`${repository.sourceId}:${place.revision ?? ""}:${place.path}:${line ?? ""}`}
        repository={viewedRepository(repository, place)}
        path={place.path}
        folders={folders}
        file={file}
        hostUrl={hostAddress(repository.webUrl, place, branchOf(repository, place))}
        findReferencesAction={findReferencesAction}
        gotoDefinitionAction={gotoDefinitionAction}
      />
    </Frame>
  );
}

/** The folders down to the place, which is there itself. */
async function foldersOf(place: CodePlace): Promise<{ repository: VisibleRepository; folders: Folders }> {
  const { repository, revision, path, kind } = place;
  const asked = kind === "tree" && path !== "" ? [...foldersAbove(path), path] : foldersAbove(path);
  const file = kind === "blob" ? path : null;
  const found = await load(codeFolders, { repository, revision, folders: asked, file });
  if (!found) notFound();
  return { repository: found.repository, folders: new Map(found.folders) };
}

function branchOf(repository: VisibleRepository, { revision }: CodePlace) {
  const { branches } = repository;
  const asked = revision === null ? undefined : branches.find((branch) => isNamed(branch, revision));
  return asked ?? branches.find((branch) => branch.isDefault) ?? branches[0];
}

function viewedRepository(repository: VisibleRepository, place: CodePlace): ViewedRepository {
  const { name, branches, tagsNote } = repository;
  const { revision } = place;
  const branch = branchOf(repository, place);
  // The address may say HEAD, too.
  const isAsked = branch !== undefined && revision !== null && isNamed(branch, revision);
  const chosen = branches.flatMap((each) => (each.isTag ? each.name : []));
  return {
    name,
    revision,
    shown: isAsked ? revision : (branch?.name ?? ""),
    commit: branch?.commit ?? "",
    branches: branches.filter(({ isTag }) => !isTag).map(({ name, isDefault }) => ({ name, isDefault })),
    tags: [...new Set([...chosen, ...branches.flatMap(({ tags }) => tags)])],
    tagsNote,
  };
}

function Frame({ place, children }: { place: CodePlace; children: React.ReactNode }) {
  return (
    <AppPage
      active="/search"
      breadcrumb={[{ label: "Code search", href: "/search" }, { label: place.repository }]}
    >
      {children}
    </AppPage>
  );
}

function NotIndexed({ repository }: { repository: VisibleRepository }) {
  const { name, problem } = repository;
  return (
    <AppPage active="/search" breadcrumb={[{ label: "Code search", href: "/search" }, { label: name }]}>
      <Page title={<VisibleText text={name} />}>
        <EmptyState title="This repository is not indexed yet">
          {problem ?? "Its files appear here when its first indexing has ended."}
        </EmptyState>
      </Page>
    </AppPage>
  );
}
