import type { LogIntegrity } from "@/lib/features/log-integrity/queries";
import { Panel, Verdict } from "./facts";

const words = {
  enforced: {
    is: "good",
    title: "Enforced by the database's roles",
    means:
      "Whoever takes over the running application still cannot change or delete an event, nor choose its time: its database role has no right to.",
  },
  "guard-rail": {
    is: "doubt",
    title: "Guard rail: triggers refuse changes",
    means:
      "One database user owns everything. Triggers stop mistakes and injected SQL that does not know of them, not somebody who holds DATABASE_URL. Let its user create roles, or have an administrator prepare them, to have it enforced.",
  },
  broken: {
    is: "bad",
    title: "Does not hold",
    means:
      "Some table of the log would accept a change. Restart the product, which puts rights and triggers back; then find out who took them away, and verify the log.",
  },
} as const;

/** What of the append-only promise holds, asked of the database while the page was made. */
export function AppendOnlyPanel({ state }: { state: LogIntegrity }) {
  const { appendOnly, mode } = state;
  const { is, title, means } = words[appendOnly.state];
  const isLess = mode === "enforced" && appendOnly.state === "guard-rail";
  return (
    <Panel title="Append-only">
      <p className="facts-lead" data-testid="append-only">
        <Verdict is={isLess ? "bad" : is}>{title}</Verdict>
      </p>
      <p className="facts-note">
        {isLess
          ? "At start the rights of the roles kept the log from being changed; now some of them are wider. Restart the product, which takes them back, and find out who gave them."
          : means}
      </p>
      <p className="facts-note">
        Asked of the database just now, about the role <code className="mono">{appendOnly.role}</code> that
        serves this page and {appendOnly.tables} tables of the log:
      </p>
      <ul className="checks">
        {appendOnly.checks.map((check) => (
          <li key={check.says}>
            <Verdict
              is={check.holds ? "good" : appendOnly.state === "guard-rail" && !isLess ? "doubt" : "bad"}
            >
              {check.says}
              {check.holds ? (
                <span className="sr-only"> - holds</span>
              ) : (
                <>
                  : <b>does not hold</b>
                  {check.except.length > 0 ? (
                    <span className="text-fg-2"> ({shortened(check.except)})</span>
                  ) : null}
                </>
              )}
            </Verdict>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function shortened(names: string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
