import { pageNumber } from "@/lib/access/list-page";
import { ListPages } from "../list-pages";

/** From here on a list is long enough to be searched. */
export const longList = 20;

export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

interface Lists {
  search: string;
  assigned: number;
  unassigned: number;
}

/** What the address of a page with two lists asks for: one search, and the page of each. */
export function listsAsked(asked: Awaited<SearchParams>): Lists {
  return {
    search: ([asked.search ?? ""].flat()[0] ?? "").trim(),
    assigned: pageNumber(asked.assigned),
    unassigned: pageNumber(asked.unassigned),
  };
}

/** The pages of one of the two lists; the other one stays where it is. */
export function RolePages({
  address,
  lists,
  which,
  hasMore,
}: {
  address: string;
  lists: Lists;
  which: "assigned" | "unassigned";
  hasMore: boolean;
}) {
  const other = which === "assigned" ? "unassigned" : "assigned";
  const kept = { search: lists.search, [other]: lists[other] === 1 ? "" : String(lists[other]) };
  return (
    <ListPages
      address={address}
      kept={kept}
      name={which}
      label={which === "assigned" ? "Pages of those with a role" : "Pages of those without a role"}
      page={lists[which]}
      hasMore={hasMore}
    />
  );
}
