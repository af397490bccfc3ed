"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import { Icon } from "@/components/ui/icon";
import { Tile } from "@/components/ui/initials";
import { Kbd } from "@/components/ui/kbd";
import { Logo } from "./logo";
import type { GuruLink, NavItem, NavSection } from "./navigation";
import { useShell } from "./shell-controls";

export type SidebarProps = {
  org: string | null;
  version: string;
  sections: NavSection[];
  guru?: GuruLink;
  active: string;
  footLinks: { label: string; href: string }[];
};

/** The contents of the sidebar, of the rail and of the drawer. */
export function Sidebar(props: SidebarProps & { footButtons?: ReactNode }) {
  const { org, version, sections, guru, active, footLinks, footButtons } = props;
  const { openGoTo } = useShell();
  return (
    <>
      <div className="brand">
        <Logo />
        <span className="brand-name">Gurulog</span>
        {org ? <span className="brand-org cut">{org}</span> : null}
      </div>
      <button type="button" className="goto" onClick={openGoTo} aria-keyshortcuts="Meta+K Control+K">
        <Icon name="search" />
        <span className="goto-label">Go to</span>
        <Kbd>⌘K</Kbd>
      </button>
      <nav className="nav" aria-label={guru ? "Guru" : "Main"}>
        {guru ? (
          <>
            <Link className="nav-back" href="/gurus" prefetch={false}>
              <Icon name="chevron-left" />
              <span className="nav-label">All gurus</span>
            </Link>
            <div className="guru-head" title={guru.name}>
              <Tile name={guru.name} big />
              <span className="guru-words min-w-0">
                <span className="guru-name cut">{guru.name}</span>
                <span className="guru-slug mono cut">{guru.slug}</span>
              </span>
            </div>
          </>
        ) : null}
        {sections.map((section) => (
          <div className="nav-section" key={section.title ?? section.items[0]?.href}>
            {section.title ? (
              <h2 className="nav-title">
                {section.title}
                {section.action ? (
                  <Link href={section.action.href} aria-label={section.action.label} prefetch={false}>
                    <Icon name="plus" />
                  </Link>
                ) : null}
              </h2>
            ) : null}
            <ul>
              {section.items.map((item) => (
                <li key={item.href}>
                  <NavLink item={item} current={item.href === active} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="side-foot">
        {footLinks.map((link) => (
          <Link key={link.href} href={link.href} prefetch={false}>
            {link.label}
          </Link>
        ))}
        <span className="side-version num">{version}</span>
        {footButtons}
      </div>
    </>
  );
}

function NavLink({ item, current }: { item: NavItem; current: boolean }) {
  return (
    <Link
      className="nav-link"
      href={item.href}
      prefetch={false}
      title={item.label}
      aria-current={current ? "page" : undefined}
    >
      {item.tile ? <Tile name={item.label} /> : null}
      {item.icon ? <Icon name={item.icon} /> : null}
      <span className="nav-label cut">{item.label}</span>
      {item.count === undefined ? null : (
        <span className="nav-count">{item.count.toLocaleString("en-US")}</span>
      )}
    </Link>
  );
}
