import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names";

/**
 * The plain table of the settings pages: 32 px rows, hairlines, its own horizontal scroll when narrow.
 * @param scrolledByKeys for a table in which nothing takes the focus, so that the keyboard reaches what is cut off
 */
export function Table({
  label,
  className,
  scrolledByKeys = false,
  children,
}: {
  label: string;
  className?: string;
  scrolledByKeys?: boolean;
  children: ReactNode;
}) {
  const frame = "relative overflow-x-auto rounded-control border border-line";
  const table = (
    <table aria-label={label} className={cn("w-full border-collapse text-sm", className)}>
      {children}
    </table>
  );
  if (!scrolledByKeys) return <div className={frame}>{table}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={frame} aria-label={`${label}, scrollable`} tabIndex={0}>
      {table}
    </section>
  );
}

export function Th({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn(
        "h-8 whitespace-nowrap border-b border-line bg-sunken px-3 max-md:px-2.5 text-left font-medium text-fg-2 text-xs",
        className,
      )}
      {...rest}
    />
  );
}

export function Td({ className, ...rest }: ComponentProps<"td">) {
  return (
    <td
      className={cn("h-10 border-t border-line px-3 max-md:px-2.5 py-1.5 align-middle", className)}
      {...rest}
    />
  );
}
