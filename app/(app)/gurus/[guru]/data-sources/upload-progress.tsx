import { Button } from "@/components/ui/button";
import { sizeInWords } from "./sizes";

/** Where the sending of files stands; `sent` is null while the source is made. */
export interface UploadStep {
  name: string;
  number: number;
  of: number;
  sent: number | null;
  total: number;
}

/** How much of the present file is there, which of several it is, and a way to stop. */
export function UploadProgress({ step, onCancel }: { step: UploadStep; onCancel: () => void }) {
  const which = step.of > 1 ? `${step.number} of ${step.of}: ` : "";
  if (step.sent === null) return <span className="text-fg-2 text-sm">{which}Adding it</span>;
  return (
    <>
      <progress
        className="progress w-40"
        value={step.sent}
        max={Math.max(1, step.total)}
        aria-label="Upload"
      />
      <span className="num text-fg-2 text-sm">
        {which}
        {sizeInWords(step.sent)} of {sizeInWords(step.total)}
      </span>
      <Button look="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </>
  );
}
