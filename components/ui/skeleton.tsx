import { cn } from "./class-names";

/** A grey stand-in of the size of what is loading. Give its size by class. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cn("skeleton block h-3", className)} />;
}
