import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names";

/** The plain table of the settings pages: 32 px rows, hairlines, its own horizontal scroll when narrow. */
export function Table({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <div className="relative overflow-x-auto rounded-control border border-line">
      <table aria-label={label} className={cn("w-full border-collapse text-sm", className)}>
        {children}
      </table>
    </div>
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
