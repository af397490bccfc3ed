import type { ReactNode } from "react";
import { Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { AbsoluteTime } from "@/components/ui/time";
import type { LogIntegrity } from "@/lib/features/log-integrity/queries";
import { Verdict } from "./facts";
import { amount } from "./figures";
import { type Clock, When } from "./sealing-panels";

/** Stands first on the page while nothing is signed: why, and for the owner the way out. */
export function SigningRefused({
  state,
  clock,
  form,
}: {
  state: LogIntegrity;
  clock: Clock;
  /** The owner's form; null for an auditor. */
  form: ReactNode;
}) {
  const { seal } = state;
  return (
    <section className="refused" aria-labelledby="signing-refused">
      <h2 id="signing-refused">
        <Verdict is="bad">The log is not being signed</Verdict>
      </h2>
      <p>
        {seal.refused}
        {seal.refusedSince ? (
          <>
            {" "}
            Since <AbsoluteTime value={seal.refusedSince.toISOString()} timeZone={clock.timeZone} /> (
            <When at={seal.refusedSince} clock={clock} />
            ).
          </>
        ) : null}
      </p>
      <p>
        Events are still recorded and sealed, but no checkpoint covers them, so a change of them could not be
        proved. If <b>nobody restored a backup</b>, somebody has changed the database: keep it and its backups
        as they are, verify it, and do not adopt it.
      </p>
      {form ?? <p>Only the owner can adopt the log as it stands.</p>}
    </section>
  );
}

/** Origins that came before; nothing while the log has only ever had one. */
export function AdoptionsSection({ state, clock }: { state: LogIntegrity; clock: Clock }) {
  if (state.adoptions.length === 0) return null;
  return (
    <Section
      title="Adoptions"
      description="Each time the owner had a log signed on that did not continue what was signed before, such as a restored backup."
    >
      <Table label="Adoptions" className="tall-rows">
        <thead>
          <tr>
            <Th>When</Th>
            <Th>Old origin</Th>
            <Th>New origin</Th>
          </tr>
        </thead>
        <tbody>
          {state.adoptions.map(({ retired, adopted, time }) => (
            <tr key={`${retired.origin} ${adopted.origin}`}>
              <Td className="align-top whitespace-nowrap">
                <AbsoluteTime value={time} timeZone={clock.timeZone} />
              </Td>
              <Td className="align-top">
                <NameAt {...retired} />
              </Td>
              <Td className="align-top">
                <NameAt {...adopted} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function NameAt({ origin, size }: { origin: string; size: number }) {
  return (
    <>
      <code className="mono [overflow-wrap:anywhere]">{origin}</code>
      <div className="num text-fg-2">{amount(size, "event")}</div>
    </>
  );
}
