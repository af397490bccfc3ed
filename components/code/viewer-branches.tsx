"use client";
import { useRouter } from "next/navigation";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuItem, DropdownMenuNote } from "@/components/ui/dropdown-menu";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import { blobAddress, treeAddress } from "./code-address";
import type { ViewedRepository } from "./viewer-types";

/** The indexed branches; choosing one shows the same path there. */
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
  const { name, shown, commit, branches } = repository;
  const isBranch = branches.some((branch) => branch.name === shown);
  const label = isBranch ? shown : commit.slice(0, 12);
  return (
    <DropdownMenu
      align="start"
      trigger={
        <Button className="branch-btn" aria-label={`Branch: ${label}`}>
          <Icon name="branch" />
          <span className="cut">
            <VisibleText text={label} />
          </span>
          <Icon name="chevron-down" />
        </Button>
      }
    >
      <div className="branch-list">
        {branches.map((branch) => {
          const place = { repository: name, revision: branch.isDefault ? null : branch.name, path };
          return (
            <DropdownMenuItem
              key={branch.name}
              onSelect={() => router.push(isFile ? blobAddress(place) : treeAddress(place))}
            >
              <span className="branch-mark">{branch.name === shown ? <Icon name="check" /> : null}</span>
              <span className="cut">
                <VisibleText text={branch.name} />
              </span>
              {branch.isDefault ? <span className="branch-default">default</span> : null}
            </DropdownMenuItem>
          );
        })}
      </div>
      <DropdownMenuNote>Branches are chosen in the settings of the data source.</DropdownMenuNote>
    </DropdownMenu>
  );
}
