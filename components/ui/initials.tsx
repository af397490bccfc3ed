import { cn } from "./class-names";

/** Two letters for a person: of an e-mail's local part, or of a name. */
function initialsOf(text: string): string {
  const words = (text.split("@")[0] ?? "").split(/[\s._+-]+/u).filter(Boolean);
  const first = [...(words[0] ?? "")];
  const letters = words.length > 1 ? [first[0], [...(words.at(-1) ?? "")][0]] : first.slice(0, 2);
  return letters.join("").toUpperCase();
}

export function Initials({ text, className }: { text: string; className?: string }) {
  return (
    <span className={cn("av", className)} aria-hidden="true">
      {initialsOf(text)}
    </span>
  );
}

/** The square with the first letter that stands for a guru. */
export function Tile({ name, big = false }: { name: string; big?: boolean }) {
  return (
    <span className={big ? "tile big" : "tile"} aria-hidden="true">
      {([...name.trim()][0] ?? "?").toUpperCase()}
    </span>
  );
}
