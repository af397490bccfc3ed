import Link from "next/link";
import type { ReactNode } from "react";
import type { Crumb } from "@/components/shell/navigation";
import { Page } from "@/components/ui/page";
import { AppPage } from "../../app-page";

const views = [
  { key: "users", label: "Users", href: "/settings/users" },
  { key: "gurus", label: "Guru assignments", href: "/settings/users/gurus" },
] as const;

/** The frame of the pages for users: the two ways to look at who has which role. */
export function UsersFrame({
  view,
  title,
  description,
  crumbs = [],
  actions,
  children,
}: {
  view: (typeof views)[number]["key"];
  title: ReactNode;
  description?: ReactNode;
  /** Below “Users”. */
  crumbs?: Crumb[];
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <AppPage
      active="/settings/users"
      breadcrumb={[
        { label: "Settings", href: "/settings" },
        { label: "Users", ...(crumbs.length > 0 ? { href: "/settings/users" } : {}) },
        ...crumbs,
      ]}
    >
      <Page title={title} description={description} actions={actions}>
        <nav aria-label="Users and roles" className="mb-4 flex gap-4 border-b border-line">
          {views.map((each) => (
            <Link
              key={each.key}
              href={each.href}
              prefetch={false}
              aria-current={each.key === view ? "page" : undefined}
              className="-mb-px border-b-2 border-transparent py-2 text-fg-2 text-sm hover:text-fg aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-fg"
            >
              {each.label}
            </Link>
          ))}
        </nav>
        {children}
      </Page>
    </AppPage>
  );
}
