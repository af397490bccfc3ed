"use client";
import { useRouter } from "next/navigation";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuItem, DropdownMenuNote } from "@/components/ui/dropdown-menu";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import { blobAddress, treeAddress } from "./code-address";
import type { ViewedRepository } from "./viewer-types";

/** More make no list that anybody reads. */
const mostTags = 50;

/** The indexed branches, and the tags at their commits; choosing one shows the same path there. */
export function BranchPicker({
  repository,
  path,
  isFile,
}: {
  repository: ViewedRepository;
  path: string;
  isFile: boolean;
}) {
  const router = useRouter();
  const { name, shown, commit, branches, tags, tagsNote } = repository;
  const isTag = tags.includes(shown);
  const label = isTag || branches.some((branch) => branch.name === shown) ? shown : commit.slice(0, 12);
  const open = (revision: string | null) => {
    const place = { repository: name, revision, path };
    router.push(isFile ? blobAddress(place) : treeAddress(place));
  };
  const listed = tags.slice(0, mostTags);
  return (
    <DropdownMenu
      align="start"
      trigger={
        <Button className="branch-btn" aria-label={`${isTag ? "Tag" : "Branch"}: ${label}`}>
          <Icon name="branch" />
          <span className="cut">
            <VisibleText text={label} />
          </span>
          <Icon name="chevron-down" />
        </Button>
      }
    >
      <div className="branch-list">
        {branches.map((branch) => (
          <Revision
            key={branch.name}
            name={branch.name}
            isShown={branch.name === shown}
            note={branch.isDefault ? "default" : null}
            onSelect={() => open(branch.isDefault ? null : branch.name)}
          />
        ))}
        {listed.map((tag) => (
          <Revision
            key={`tag ${tag}`}
            name={tag}
            isShown={tag === shown}
            note="tag"
            onSelect={() => open(tag)}
          />
        ))}
      </div>
      <DropdownMenuNote>
        Branches are chosen in the settings of the data source.
        {tags.length > listed.length
          ? ` Of ${tags.length} tags the first ${mostTags} are listed; rev: finds the others.`
          : null}
        {tagsNote ? ` ${tagsNote}` : null}
      </DropdownMenuNote>
    </DropdownMenu>
  );
}

function Revision({
  name,
  isShown,
  note,
  onSelect,
}: {
  name: string;
  isShown: boolean;
  note: string | null;
  onSelect: () => void;
}) {
  return (
    <DropdownMenuItem onSelect={onSelect}>
      <span className="branch-mark">{isShown ? <Icon name="check" /> : null}</span>
      <span className="cut">
        <VisibleText text={name} />
      </span>
      {note ? <span className="branch-default">{note}</span> : null}
    </DropdownMenuItem>
  );
}
