import type { ReactNode } from "react";
import { cn } from "./class-names";

/** A page that scrolls as a whole: its title, what can be done on it, its content. */
export function Page({
  title,
  description,
  actions,
  narrow = false,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  /** At most 720 px, for forms. */
  narrow?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="page-scroll">
      <div className={cn(narrow && "max-w-[720px]")}>
        <header className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-2">
          <div className="min-w-0 flex-[1_1_15rem]">
            <h1 className="break-words font-semibold text-lg tracking-[-0.014em]">{title}</h1>
            {description ? <p className="mt-1 text-fg-2 text-sm">{description}</p> : null}
          </div>
          {actions ? <div className="flex gap-2">{actions}</div> : null}
        </header>
        {children}
      </div>
    </div>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  description,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="pb-5 [section+&]:border-t [section+&]:pt-5">
      <h2 className="font-semibold text-sm">{title}</h2>
      {description ? <p className="mt-0.5 text-fg-2 text-sm">{description}</p> : null}
      <div className="mt-3">{children}</div>
    </section>
  );
}
