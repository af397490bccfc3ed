import Link from "next/link";
import { cn } from "@/components/ui/class-names";
import { type MembersTab, membersTabs } from "@/lib/features/members/queries";

const labels: Record<MembersTab, string> = {
  members: "Members",
  requests: "Pending requests",
  invites: "Invites",
};

export function addressOf(tab: MembersTab): string {
  return tab === "members" ? "/settings/members" : `/settings/members?tab=${tab}`;
}

/** The three lists of the page, each with its number. Links, so that each has an address and works without scripts. */
export function MembersTabs({
  current,
  counts,
}: {
  current: MembersTab;
  counts: Record<MembersTab, number>;
}) {
  return (
    <nav aria-label="Lists" className="mb-4 flex gap-5 overflow-x-auto border-line border-b">
      {membersTabs.map((tab) => (
        <Link
          key={tab}
          href={addressOf(tab)}
          prefetch={false}
          aria-current={tab === current ? "page" : undefined}
          className={cn(
            "-mb-px inline-flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 text-sm",
            tab === current
              ? "border-accent font-medium text-fg"
              : "border-transparent text-fg-2 hover:text-fg",
          )}
        >
          {labels[tab]}
          <span className="num text-fg-3 text-xs">{counts[tab].toLocaleString("en-US")}</span>
        </Link>
      ))}
    </nav>
  );
}
