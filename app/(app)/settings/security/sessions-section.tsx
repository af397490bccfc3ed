import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Badge } from "@/components/ui/badge";
import { Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { OwnSession } from "@/lib/features/sessions/queries";
import { revokeOtherSessionsAction, revokeSessionAction } from "./actions";

/** Where one is signed in, with the means to end one session or all others. */
export function SessionsSection({ sessions, timeZone }: { sessions: OwnSession[]; timeZone: string }) {
  const now = new Date().toISOString();
  const time = (at: Date) => <RelativeTime value={at.toISOString()} timeZone={timeZone} now={now} />;
  const address = (one: OwnSession) => (one.address ? <VisibleText text={one.address} /> : "-");
  const others = sessions.filter((one) => !one.isThisOne).length;
  return (
    <Section
      title="Sessions"
      description="Where you are signed in. A browser that you do not know? End its session, then change your password."
    >
      <Table label="Sessions">
        <thead>
          <tr>
            <Th>Browser</Th>
            <Th className="max-md:hidden">Address</Th>
            <Th className="max-md:hidden">Signed in</Th>
            <Th>Last seen</Th>
            <Th>
              <span className="sr-only">End</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((one) => (
            <tr key={one.id}>
              <Td>
                <span title={one.userAgent ?? undefined}>{one.browser}</span>{" "}
                {one.isThisOne ? <Badge tone="created">This browser</Badge> : null}
                {/* On a phone there is no room for a column of its own. */}
                <span className="mono block [overflow-wrap:anywhere] md:hidden">{address(one)}</span>
              </Td>
              <Td className="mono max-md:hidden">{address(one)}</Td>
              <Td className="whitespace-nowrap max-md:hidden">{time(one.createdAt)}</Td>
              <Td className="whitespace-nowrap">{time(one.lastSeenAt)}</Td>
              <Td className="text-right">
                {one.isThisOne ? null : (
                  <ConfirmDialog
                    trigger="End"
                    triggerLook="quiet"
                    triggerLabel={`End the session of ${one.browser} at ${one.address ?? "an unknown address"}`}
                    title={`End the session of ${one.browser}?`}
                    confirmText="End session"
                    action={revokeSessionAction}
                    attemptId={randomUUID()}
                    hidden={{ session: one.id }}
                  >
                    That browser is signed out from its next request on. It will be recorded.
                  </ConfirmDialog>
                )}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
      {others > 0 ? (
        <div className="mt-3">
          <ConfirmDialog
            trigger="Sign out everywhere else"
            title="Sign out everywhere else?"
            confirmText="Sign out everywhere else"
            action={revokeOtherSessionsAction}
            attemptId={randomUUID()}
          >
            {others === 1 ? "One other session ends" : `${others} other sessions end`}; this browser stays
            signed in. It will be recorded.
          </ConfirmDialog>
        </div>
      ) : null}
    </Section>
  );
}
