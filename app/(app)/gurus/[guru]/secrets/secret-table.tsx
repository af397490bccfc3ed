import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { SecretUse } from "@/lib/access/secrets";
import { usesInWords } from "@/lib/features/secrets/uses-in-words";
import { deleteSecretAction } from "./actions";
import { SecretValue } from "./secret-value";

interface SecretRow {
  id: string;
  name: string;
  createdBy: string | null;
  updatedAt: Date;
  uses: SecretUse[];
}

/** The secrets of a guru, masked. */
export function SecretTable({
  guru,
  secrets,
  timeZone,
  now,
}: {
  guru: string;
  secrets: SecretRow[];
  timeZone: string;
  now: string;
}) {
  return (
    <Table label="Secrets">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th>Value</Th>
          <Th className="max-md:hidden">Used by</Th>
          <Th className="max-md:hidden">Changed</Th>
          <Th>
            <span className="sr-only">Delete</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {secrets.map(({ id, name, createdBy, updatedAt, uses }) => (
          <tr key={id}>
            <Td className="mono [overflow-wrap:anywhere]">{name}</Td>
            <Td>
              <SecretValue guru={guru} id={id} name={name} attemptId={randomUUID()} />
            </Td>
            <Td className="min-w-28 [overflow-wrap:anywhere] max-md:hidden">
              {uses.length === 0 ? (
                <span className="text-fg-3">Nothing</span>
              ) : (
                <VisibleText text={usesInWords(uses)} />
              )}
            </Td>
            <Td className="max-md:hidden">
              <RelativeTime value={updatedAt.toISOString()} timeZone={timeZone} now={now} />
              {createdBy ? (
                <div className="text-fg-3 text-xs [overflow-wrap:anywhere]">
                  <VisibleText text={`made by ${createdBy}`} />
                </div>
              ) : null}
            </Td>
            <Td className="text-right">
              <ConfirmDialog
                trigger="Delete"
                triggerLook="quiet"
                triggerLabel={`Delete ${name}`}
                title={`Delete the secret ${name}?`}
                confirmText="Delete secret"
                action={deleteSecretAction}
                attemptId={randomUUID()}
                hidden={{ guru, id }}
              >
                Its value cannot be brought back. One that a source uses cannot be deleted.
              </ConfirmDialog>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
