import type { ReactNode } from "react";
import { AbsoluteTime, RelativeTime } from "@/components/ui/time";
import type { LogIntegrity, OutsidePlace } from "@/lib/features/log-integrity/queries";
import { Copied, Fact, Facts, Panel, Verdict } from "./facts";
import { amount, countText, durationText } from "./figures";

export interface Clock {
  timeZone: string;
  now: string;
}

/** A time in words, exact on hover. */
export function When({ at, clock }: { at: Date; clock: Clock }) {
  return <RelativeTime value={at.toISOString()} now={clock.now} timeZone={clock.timeZone} />;
}

/** Above it the sealer is taken to be at work, not behind; it runs twice a second. */
const usualLagS = 5;

export function SealPanel({ state, clock }: { state: LogIntegrity; clock: Clock }) {
  const { seal } = state;
  const { checkpoint } = seal;
  return (
    <Panel title="Sealed log">
      <Facts>
        <Fact name="Tree size" hint="Events that have their place in the sealed order; it only ever grows.">
          <b data-testid="tree-size">{countText(seal.size)}</b>
        </Fact>
        <Fact name="Waiting">
          <Waiting state={state} />
        </Fact>
        <Fact name="Last checkpoint">
          {checkpoint ? (
            <>
              <b>{amount(checkpoint.size, "event")}</b>,{" "}
              <AbsoluteTime value={checkpoint.createdAt.toISOString()} timeZone={clock.timeZone} />{" "}
              <span className="text-fg-3">
                (<When at={checkpoint.createdAt} clock={clock} />)
              </span>
            </>
          ) : (
            "None signed yet"
          )}
        </Fact>
        {checkpoint && state.root ? (
          <Fact
            name="Root"
            hint={
              <>
                Keep a copy outside: with it anybody can tell later whether the log was changed.{" "}
                <a className="link" href="/api/ee/audit/checkpoint" download="checkpoint.txt">
                  Download the signed checkpoint
                </a>
              </>
            }
          >
            <Copied text={state.root} label="Copy the root" />
          </Fact>
        ) : null}
        <Fact name="Origin" hint="The log's name in checkpoints; it says nothing about you.">
          <Copied text={seal.origin} label="Copy the origin" />
        </Fact>
      </Facts>
    </Panel>
  );
}

function Waiting({ state }: { state: LogIntegrity }) {
  const { seal } = state;
  const unsigned = seal.size - (seal.checkpoint?.size ?? 0);
  if (seal.refused !== null)
    return <Verdict is="bad">Signing is refused: no checkpoint covers what is recorded now</Verdict>;
  if (seal.unsealed === 0 && unsigned <= 0)
    return <Verdict is="good">Nothing: every event is sealed and signed</Verdict>;
  const parts = [
    seal.unsealed > 0 ? `${amount(seal.unsealed, "event")} to be sealed` : null,
    unsigned > 0 ? `${amount(unsigned, "sealed event")} to be signed` : null,
  ].filter((part) => part !== null);
  const lag = seal.waitingSince === null ? "" : `, the longest for ${durationText(seal.lagS * 1000)}`;
  return (
    <Verdict is={seal.lagS > usualLagS ? "doubt" : "none"}>
      {parts.join(" and ")}
      {lag}
    </Verdict>
  );
}

export function KeysPanel({ state }: { state: LogIntegrity }) {
  return (
    <Panel
      title="Keys and copies outside"
      note="Note the verifier key down where nobody who runs this server can change it. Checkpoints are checked against it."
    >
      <Facts>
        {state.keys.map((key, index) => (
          <Fact
            key={key.id}
            name={index === 0 ? "Verifier key" : "Older key"}
            hint={
              index === 0 ? (
                <>
                  Key id <code className="mono">{key.id}</code>
                </>
              ) : (
                <>
                  Key id <code className="mono">{key.id}</code>; signs beside the current one until it is
                  removed
                </>
              )
            }
          >
            <Copied text={key.verifierKey} label={`Copy the verifier key ${key.id}`} />
          </Fact>
        ))}
        <Fact name="Anchor file">
          <Place place={state.anchor} variable="GURULOG_ANCHOR_FILE" fine="Checkpoints are appended">
            Without it a checkpoint leaves this server only by export or download.
          </Place>
        </Fact>
        <Fact name="Archive folder">
          <Place
            place={state.archive}
            variable="GURULOG_ARCHIVE_DIR"
            fine="Days are written before they expire"
          >
            Without it the content of events is gone after the retention.
          </Place>
        </Fact>
      </Facts>
    </Panel>
  );
}

function Place({
  place,
  variable,
  fine,
  children,
}: {
  place: OutsidePlace;
  variable: string;
  fine: string;
  children: ReactNode;
}) {
  if (place.path === null)
    return (
      <>
        <Verdict is="none">Not set</Verdict>
        <div className="fact-hint">
          {children} Set <code className="mono">{variable}</code>.
        </div>
      </>
    );
  return (
    <>
      <code className="mono [overflow-wrap:anywhere]">{place.path}</code>
      {place.trouble === null ? (
        <Verdict is="good">{fine}</Verdict>
      ) : (
        <Verdict is="bad">{place.trouble}</Verdict>
      )}
    </>
  );
}
