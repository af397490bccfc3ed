import type { ReactNode } from "react";
import { LiveRefresh } from "@/components/ui/live-refresh";
import { Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { VerificationStatus } from "@/lib/features/log-integrity/verification-queries";
import { Verdict } from "./facts";
import { amount, countText, durationText } from "./figures";
import { type Clock, When } from "./sealing-panels";

/** Rows of the table; findings of a run that are shown before they fold. */
const shownRuns = 5;
const shownFindings = 5;

const isUnderWay = (run: VerificationStatus | undefined): boolean =>
  run?.state === "waiting" || run?.state === "running";

/** The last verifications, and how the one under way is doing. */
export function VerificationSection({
  runs,
  clock,
  form,
}: {
  runs: VerificationStatus[];
  clock: Clock;
  /** The button that asks for one; not shown while one is under way. */
  form: ReactNode;
}) {
  const [latest] = runs;
  return (
    <Section
      title="Verification"
      description="Every stored event is hashed again and held against the tree and its checkpoints: daily by System, and on demand. This server checks itself here; an export as Verifiable (ZIP) can be checked without it."
    >
      <LiveRefresh active={isUnderWay(latest)} />
      {latest && isUnderWay(latest) ? <Progress run={latest} /> : <div className="mb-3">{form}</div>}
      {runs.length === 0 ? (
        <p className="text-fg-2 text-sm">Not verified yet. The first daily verification is still to come.</p>
      ) : (
        <Table label="Verifications" className="tall-rows">
          <thead>
            <tr>
              <Th>Result</Th>
              <Th>When</Th>
              <Th>By</Th>
              <Th className="text-right">Events</Th>
              <Th className="text-right">Took</Th>
            </tr>
          </thead>
          <tbody>
            {runs.slice(0, shownRuns).map((run) => (
              <tr key={run.id}>
                <Td className="align-top min-w-[200px]">
                  <Result run={run} />
                </Td>
                <Td className="align-top whitespace-nowrap">
                  <When at={run.finishedAt ?? run.createdAt} clock={clock} />
                </Td>
                <Td className="align-top [overflow-wrap:anywhere]">
                  {run.askedBy === null ? "System" : <VisibleText text={run.askedBy} />}
                </Td>
                <Td className="align-top num whitespace-nowrap text-right">{countText(run.events)}</Td>
                <Td className="align-top num whitespace-nowrap text-right">
                  {run.durationMs === null ? "-" : durationText(run.durationMs)}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function Progress({ run }: { run: VerificationStatus }) {
  const said =
    run.state === "waiting"
      ? "Waits for its turn"
      : `${run.progress} %, ${amount(run.events, "event")} so far`;
  return (
    <div className="progress-line">
      <progress
        max={100}
        value={run.state === "waiting" ? undefined : run.progress}
        aria-label="Verification"
      />
      <span className="num" role="status">
        {said}
      </span>
      <noscript>
        <a className="link" href="/settings/log-integrity">
          Reload to see how far it is
        </a>
      </noscript>
    </div>
  );
}

function Result({ run }: { run: VerificationStatus }) {
  switch (run.state) {
    case "waiting":
      return <Verdict is="none">Waiting</Verdict>;
    case "running":
      return <Verdict is="none">Under way</Verdict>;
    case "passed":
      return <Verdict is="good">Verified</Verdict>;
    case "error":
      return (
        <>
          <Verdict is="doubt">Could not be done</Verdict>
          {run.problem ? <div className="fact-hint">{run.problem}</div> : null}
        </>
      );
    case "failed":
      return <Findings run={run} />;
  }
}

function Findings({ run }: { run: VerificationStatus }) {
  const first = run.findings.slice(0, shownFindings);
  const rest = run.findings.slice(shownFindings);
  const beyond = run.findingCount - run.findings.length;
  return (
    <>
      <Verdict is="bad">
        <b>Does not verify</b>: {amount(run.findingCount, "finding")}
      </Verdict>
      <ul className="findings">
        {first.map((finding) => (
          <FindingLine key={`${finding.index} ${finding.id} ${finding.message}`} finding={finding} />
        ))}
      </ul>
      {rest.length > 0 ? (
        <details className="more-findings">
          <summary className="link">{amount(rest.length, "more finding")}</summary>
          <ul className="findings">
            {rest.map((finding) => (
              <FindingLine key={`${finding.index} ${finding.id} ${finding.message}`} finding={finding} />
            ))}
          </ul>
        </details>
      ) : null}
      {beyond > 0 ? (
        <div className="fact-hint">And {amount(beyond, "finding")} that are not kept here.</div>
      ) : null}
    </>
  );
}

function FindingLine({ finding }: { finding: VerificationStatus["findings"][number] }) {
  return (
    <li>
      <span className="badge deleted">{finding.kind}</span>{" "}
      <span className="[overflow-wrap:anywhere]">
        <VisibleText text={finding.message} />
      </span>
      {finding.id ? (
        <>
          {" "}
          <a className="link mono" href={`/settings/audit-logs?event=${encodeURIComponent(finding.id)}`}>
            {finding.id}
          </a>
        </>
      ) : null}
    </li>
  );
}
