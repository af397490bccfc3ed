import Link from "next/link";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

type ButtonLook = "default" | "primary" | "quiet" | "danger" | "danger-quiet";
type Look = { look?: ButtonLook; size?: "md" | "lg"; wide?: boolean };

function classes({ look = "default", size = "md", wide = false }: Look, className?: string): string {
  return cn("btn", look !== "default" && look, size === "lg" && "lg", wide && "wide", className);
}

export function Button({
  look,
  size,
  wide,
  className,
  type = "button",
  ...rest
}: Look & ComponentProps<"button">) {
  return <button type={type} className={classes({ look, size, wide }, className)} {...rest} />;
}

/** A link that looks like a button. Never prefetched: reading some pages is recorded. */
export function ButtonLink({ look, size, wide, className, ...rest }: Look & ComponentProps<typeof Link>) {
  return <Link prefetch={false} className={classes({ look, size, wide }, className)} {...rest} />;
}

/** A square button with an icon; `label` is its accessible name and its hover text. */
export function IconButton({
  label,
  className,
  type = "button",
  ...rest
}: { label: string } & ComponentProps<"button">) {
  return (
    <button type={type} aria-label={label} title={label} className={cn("icon-btn", className)} {...rest} />
  );
}
