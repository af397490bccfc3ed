import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { Icon } from "@/components/ui/icon";
import { VisibleText } from "@/components/visible-text/visible-text";
import { AccountMenu, type AccountMenuProps } from "./account-menu";
import { Drawer } from "./drawer";
import type { GoToEntry } from "./go-to-dialog";
import type { Crumb, GuruLink, NavSection } from "./navigation";
import { ShellControls } from "./shell-controls";
import { Sidebar } from "./sidebar";
import { TimeZoneCookie } from "./time-zone-cookie";
import { TopBarButtons } from "./top-bar-buttons";

type AppShellProps = {
  org: string | null;
  version: string;
  sections: NavSection[];
  /** Set inside a guru: the sidebar then shows the guru's own sections below its name. */
  guru?: GuruLink;
  /** The `href` of the sidebar item for this page. */
  active: string;
  breadcrumb: Crumb[];
  /** What ⌘K lists besides the sidebar's own entries, such as the gurus while inside one. */
  goTo?: GoToEntry[];
  user: AccountMenuProps["user"];
  accountLinks?: AccountMenuProps["links"];
  signOutAction: AccountMenuProps["signOutAction"];
  signOutAttemptId: string;
  footLinks?: { label: string; href: string }[];
  banner?: ReactNode;
  children: ReactNode;
};

/** The frame of every signed-in page. */
export function AppShell({ sections, guru, active, org, version, ...props }: AppShellProps) {
  const sidebar = { org, version, sections, guru, active, footLinks: props.footLinks ?? [] };
  return (
    <ShellControls goTo={withSidebar(sections, guru, props.goTo ?? [])}>
      <TimeZoneCookie />
      <a href="#content" className="btn skip-link">
        Skip to the content
      </a>
      <div className="app">
        <aside className="side" aria-label="Sidebar">
          <Sidebar {...sidebar} />
        </aside>
        <div className="main-col">
          <header className="top">
            <Drawer {...sidebar} />
            <Breadcrumb crumbs={props.breadcrumb} />
            <span className="flex-1" />
            <TopBarButtons />
            <AccountMenu
              user={props.user}
              links={props.accountLinks ?? []}
              signOutAction={props.signOutAction}
              signOutAttemptId={props.signOutAttemptId}
            />
          </header>
          {props.banner}
          <main className="page" id="content" tabIndex={-1}>
            {props.children}
          </main>
        </div>
      </div>
    </ShellControls>
  );
}

function Breadcrumb({ crumbs }: { crumbs: Crumb[] }) {
  return (
    <nav className="crumb" aria-label="Breadcrumb">
      <ol>
        {crumbs.map((crumb, index) => (
          <Fragment key={crumb.href ?? crumb.label}>
            <li>
              {index > 0 ? <Icon name="chevron-right" /> : null}
              {index === crumbs.length - 1 ? (
                <span className="cut" aria-current="page">
                  <VisibleText text={crumb.label} />
                </span>
              ) : crumb.href ? (
                <Link className="cut" href={crumb.href} prefetch={false}>
                  <VisibleText text={crumb.label} />
                </Link>
              ) : (
                <span className="cut">
                  <VisibleText text={crumb.label} />
                </span>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}

function withSidebar(sections: NavSection[], guru: GuruLink | undefined, more: GoToEntry[]): GoToEntry[] {
  const own = sections.flatMap((section) =>
    section.items.map((item) => ({
      label: item.label,
      href: item.href,
      group: item.tile ? "Guru" : (guru?.name ?? section.title ?? "Page"),
      icon: item.icon,
      tile: item.tile,
    })),
  );
  const known = new Set(own.map((entry) => entry.href));
  return [...own, ...more.filter((entry) => !known.has(entry.href))];
}
