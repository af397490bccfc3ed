import Link from "next/link";

export type TabLink = { label: string; href: string; count?: number; current: boolean };

/** Tabs that are addresses: links, so that each can be opened, shared and reloaded. */
export function TabNav({ label, tabs }: { label: string; tabs: TabLink[] }) {
  return (
    <nav aria-label={label} className="mb-4 flex gap-4 border-b border-line text-sm">
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          prefetch={false}
          aria-current={tab.current ? "page" : undefined}
          className="-mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent text-fg-2 hover:text-fg aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-fg"
        >
          {tab.label}
          {tab.count === undefined ? null : <span className="num text-fg-3 text-xs">{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
