import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Badge } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Table, Td, Th } from "@/components/ui/table";
import { AbsoluteTime, RelativeTime } from "@/components/ui/time";
import { visibleString } from "@/components/visible-text/tokens";
import { VisibleText } from "@/components/visible-text/visible-text";
import { revokeApiKeyAction } from "./actions";

interface OthersKey {
  id: string;
  name: string;
  scopes: string[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  holderEmail: string;
  /** False where the operator lets only the owner have keys. */
  opens: boolean;
}

/** Everybody else's keys, for the owner. */
export function OthersKeys({ keys, timeZone, now }: { keys: OthersKey[]; timeZone: string; now: string }) {
  if (keys.length === 0)
    return <EmptyState title="Nobody else has an API key">What people create will stand here.</EmptyState>;
  return (
    <Table label="Keys of other people">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th>User</Th>
          <Th className="max-md:hidden">Scope</Th>
          <Th className="max-md:hidden">Last used</Th>
          <Th className="max-md:hidden">Expires</Th>
          <Th>
            <span className="sr-only">Revoke</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <Td className="[overflow-wrap:anywhere]">
              <VisibleText text={key.name} />{" "}
              {key.opens ? null : <Badge tone="warning">Refused: owner only</Badge>}
            </Td>
            <Td className="[overflow-wrap:anywhere]">
              <VisibleText text={key.holderEmail} />
            </Td>
            <Td className="mono max-md:hidden">{key.scopes.length === 0 ? "all" : key.scopes.join(", ")}</Td>
            <Td className="whitespace-nowrap max-md:hidden">
              {key.lastUsedAt ? (
                <RelativeTime value={key.lastUsedAt.toISOString()} timeZone={timeZone} now={now} />
              ) : (
                <span className="text-fg-3">Never</span>
              )}
            </Td>
            <Td className="whitespace-nowrap max-md:hidden">
              {key.expiresAt ? (
                <AbsoluteTime value={key.expiresAt.toISOString()} timeZone={timeZone} precision="date" />
              ) : (
                <span className="text-fg-3">Never</span>
              )}
            </Td>
            <Td className="text-right">
              <ConfirmDialog
                trigger="Revoke"
                triggerLook="quiet"
                triggerLabel={`Revoke ${visibleString(key.name)} of ${key.holderEmail}`}
                title={`Revoke the key “${visibleString(key.name)}” of ${key.holderEmail}?`}
                confirmText="Revoke key"
                action={revokeApiKeyAction}
                attemptId={randomUUID()}
                hidden={{ id: key.id }}
              >
                Whatever uses it is refused from its next request on. The key cannot be given back.
              </ConfirmDialog>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
