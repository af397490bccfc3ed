import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { adoptOriginAction } from "./actions";
import { countText } from "./figures";

/** The owner's way out of refused signing: what it means, and the tree size to type. Works without JavaScript. */
export function AdoptionForm({ size }: { size: number }) {
  return (
    <>
      <h3>If you restored a backup: adopt the log as it stands</h3>
      <ul className="consequences">
        <li>
          The log with its {countText(size)} events is signed from now on under a <b>new origin</b>.
        </li>
        <li>
          Checkpoints and proofs of the old origin stay valid for what they cover, but nothing links them to
          what follows: whoever keeps them will see a new log.
        </li>
        <li>What was recorded after the backup was made is not in this log any more.</li>
        <li>
          The adoption is signed, recorded in the audit log, and shown on this page for good. It cannot be
          undone.
        </li>
      </ul>
      <ActionForm action={adoptOriginAction} attemptId={randomUUID()} label="Adopt the log">
        <input type="hidden" name="size" value={size} />
        <TextField
          name="confirmation"
          label={`Type the tree size, ${countText(size)}`}
          inputMode="numeric"
          autoComplete="off"
          className="max-w-[200px]"
        />
        <SubmitButton look="danger" pendingText="Adopting…">
          Adopt the log under a new origin
        </SubmitButton>
      </ActionForm>
    </>
  );
}
