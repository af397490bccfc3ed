"use client";
import Link from "next/link";
import { EmptyState } from "@/components/ui/empty-state";
import { AbsoluteTime } from "@/components/ui/time";

type Props = {
  /** RFC 3339. */
  time: string;
  isBack: boolean;
  href: string | undefined;
  /** Nothing was found so far: it stands in place of the list. */
  isEmpty: boolean;
  timeZone: string;
  onGo: (href: string) => void;
};

/** A search that was cut by its deadline says so, and how to go on. */
export function SearchedTo({ time, isBack, href, isEmpty, timeZone, onGo }: Props) {
  const goOn = href ? (
    <Link
      className="link"
      href={href}
      prefetch={false}
      scroll={false}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        onGo(href);
      }}
    >
      {isBack ? "Search further back" : "Search further on"}
    </Link>
  ) : null;
  const text = (
    <>
      Searched {isBack ? "back" : "on"} to{" "}
      <AbsoluteTime value={time} timeZone={timeZone} precision="minutes" />. {goOn}
    </>
  );
  if (isEmpty) return <EmptyState title="Nothing found so far">{text}</EmptyState>;
  return <p className="foot-note">{text}</p>;
}
