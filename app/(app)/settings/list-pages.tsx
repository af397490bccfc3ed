import { ButtonLink } from "@/components/ui/button";

/** The pages of a list beside this one; nothing where all of it stands on it. */
export function ListPages({
  address,
  kept = {},
  name = "page",
  label = "Pages",
  page,
  hasMore,
}: {
  address: string;
  /** Further parameters of the address; empty ones are left out. */
  kept?: Record<string, string>;
  /** The parameter that carries the number, where a page has several lists. */
  name?: string;
  label?: string;
  page: number;
  hasMore: boolean;
}) {
  if (page === 1 && !hasMore) return null;
  const href = (to: number) => {
    const all = { ...kept, ...(to === 1 ? {} : { [name]: String(to) }) };
    const query = new URLSearchParams(Object.entries(all).filter(([, value]) => value !== "")).toString();
    return query === "" ? address : `${address}?${query}`;
  };
  return (
    <nav aria-label={label} className="mt-3 flex items-center justify-end gap-2">
      <span className="num text-fg-2 text-sm">Page {page.toLocaleString("en-US")}</span>
      {page === 1 ? null : (
        <ButtonLink href={href(page - 1)} rel="prev">
          Previous
        </ButtonLink>
      )}
      {hasMore ? (
        <ButtonLink href={href(page + 1)} rel="next">
          Next
        </ButtonLink>
      ) : null}
    </nav>
  );
}
