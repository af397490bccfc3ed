"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { AbsoluteTime } from "@/components/ui/time";
import type { AuditEventDetails, EventProofState } from "./types";

const number = (n: number) => n.toLocaleString("en");
const lookAgainMs = 2_000;
const looksAtMost = 5;

type Props = {
  event: Pick<AuditEventDetails, "id" | "proof">;
  /** In a guru's log, that guru. */
  guruSlug: string | undefined;
  timeZone: string;
};

/** How the event stands in the sealed log, pinned below its details. */
export function ProofFoot({ event, guruSlug, timeZone }: Props) {
  const { proof } = event;
  useLookAgain(proof.state === "unsealed" || proof.state === "sealed");
  if (proof.state === "failed") return <DoesNotVerify problem={proof.problem} />;
  const isVerified = proof.state === "verified";
  return (
    <footer className="proof" data-proof={proof.state}>
      <div className="proof-row">
        <span className="proof-sign">
          <Icon name={proof.state === "unsealed" ? "clock" : "seal"} />
        </span>
        <div className="proof-text" role="status">
          <b>{title(proof)}</b>
          <small>
            {proof.state === "verified" ? (
              <>
                Sealed in checkpoint {number(proof.checkpoint)} · entry {number(proof.index)}
                <span className="wide-only">
                  {" · "}
                  <AbsoluteTime value={proof.sealedAt} timeZone={timeZone} />
                </span>
              </>
            ) : proof.state === "unsealed" ? (
              "Events are sealed within seconds. Until then nothing proves that it was not changed."
            ) : (
              "The check did not end in time. Reload the page to check it."
            )}
          </small>
        </div>
        {isVerified ? (
          <form className="proof-acts" method="post" action="/proofs">
            <input type="hidden" name="event" value={event.id} />
            {guruSlug === undefined ? null : <input type="hidden" name="guru" value={guruSlug} />}
            <Button type="submit">
              <Icon name="download" />
              Download proof
            </Button>
          </form>
        ) : null}
      </div>
      {proof.state === "verified" ? <Offline against={proof.against} /> : null}
    </footer>
  );
}

function title(proof: Exclude<EventProofState, { state: "failed" }>): string {
  if (proof.state === "verified") return "Verified by this server";
  if (proof.state === "unsealed") return "Not sealed yet";
  return proof.checkpoint === null ? "Not checked" : `Sealed in checkpoint ${number(proof.checkpoint)}`;
}

/** What a server says of itself is no proof: here is how to do without it. */
function Offline({ against }: { against: number }) {
  return (
    <details className="proof-offline">
      <summary>Verify offline</summary>
      <p>
        This server checked the event against its newest checkpoint, {number(against)}. To check it without
        trusting this server, download the proof (the download is recorded) and run{" "}
        <code className="mono">npm run verify -- audit_proof_….json --key …</code> with a verifier key that
        you noted before, or open <code className="mono">verify.html</code> of any verifiable export in a
        browser and choose the file.
      </p>
    </details>
  );
}

const problems: Record<(EventProofState & { state: "failed" })["problem"], string> = {
  changed: "This record is not the one that was sealed. Somebody changed it in the database.",
  unsealable:
    "This record stands in the table, but in no place of the sealed order. Somebody put it there past the product, or took it out of the order.",
  tree: "The stored hashes do not lead from this record to the signed checkpoint. Somebody changed them, or the database is damaged.",
  behind:
    "The log is shorter than what was signed: an older backup was restored, or its end was cut off. If it was a backup, the owner adopts it under Settings, Log integrity.",
  signature: "The newest checkpoint is not signed by a key of this server. Somebody replaced it.",
};

function DoesNotVerify({ problem }: { problem: keyof typeof problems }) {
  return (
    <footer className="proof does-not-verify" data-proof="failed" role="alert">
      <div className="proof-row">
        <span className="proof-sign">
          <Icon name="seal-broken" />
        </span>
        <div className="proof-text">
          <b>Does not verify</b>
          <small>
            {problems[problem]} Do not rely on what is shown here. Tell the owner; keep the database as it is,
            and compare with a verifiable export or a backup made before.
          </small>
        </div>
      </div>
    </footer>
  );
}

/** Sealing takes a second or two: the page looks again by itself, a few times. */
function useLookAgain(isWaiting: boolean) {
  const router = useRouter();
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    if (!isWaiting || looks >= looksAtMost) return;
    const timer = setTimeout(() => {
      setLooks(looks + 1);
      router.refresh();
    }, lookAgainMs);
    return () => clearTimeout(timer);
  }, [isWaiting, looks, router]);
}
