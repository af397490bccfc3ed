import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { Icon } from "@/components/ui/icon";

/** A titled box of facts. */
export function Panel({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="facts-panel">
      <h2>{title}</h2>
      {note ? <p className="facts-note">{note}</p> : null}
      {children}
    </section>
  );
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

/** One line of facts: its name, its value, and what it means. */
export function Fact({ name, hint, children }: { name: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>
        <div className="fact-value num">{children}</div>
        {hint ? <div className="fact-hint">{hint}</div> : null}
      </dd>
    </div>
  );
}

/** Long text of machines: whole, breakable, with a button that copies it. */
export function Copied({ text, label }: { text: string; label: string }) {
  return (
    <span className="copied">
      <code className="mono">{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  );
}

/** A word with a sign: what holds, what is in doubt, what does not hold. The word says it, the colour repeats it. */
export function Verdict({ is, children }: { is: "good" | "doubt" | "bad" | "none"; children: ReactNode }) {
  const icon = is === "good" ? "check" : is === "none" ? "info" : "alert";
  return (
    <span className={`verdict ${is}`}>
      <Icon name={icon} />
      <span>{children}</span>
    </span>
  );
}
