import { randomUUID } from "node:crypto";
import type { ReactNode } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { SubmitButton } from "@/components/forms/submit-button";
import { Table, Td, Th } from "@/components/ui/table";
import { approveJoinRequestAction, rejectJoinRequestAction } from "./actions";
import { PersonCell } from "./person-cell";

interface Request {
  id: string;
  email: string;
  name: string;
  since: Date;
}

export function RequestList({ requests, time }: { requests: Request[]; time: (at: Date) => ReactNode }) {
  return (
    <Table label="Pending requests">
      <thead>
        <tr>
          <Th>Person</Th>
          <Th className="max-md:hidden">Asked</Th>
          <Th>
            <span className="sr-only">Answer</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {requests.map(({ id, email, name, since }) => (
          <tr key={id}>
            <PersonCell name={name} email={email} />
            <Td className="whitespace-nowrap max-md:hidden">{time(since)}</Td>
            <Td>
              <div className="flex justify-end gap-2">
                <ActionForm
                  action={approveJoinRequestAction}
                  attemptId={randomUUID()}
                  label={`Approve ${email}`}
                >
                  <input type="hidden" name="id" value={id} readOnly />
                  <SubmitButton look="primary" aria-label={`Approve ${email}`}>
                    Approve
                  </SubmitButton>
                </ActionForm>
                <ConfirmDialog
                  trigger="Reject"
                  triggerLabel={`Reject ${email}`}
                  title={`Reject the request of ${email}?`}
                  confirmText="Reject request"
                  action={rejectJoinRequestAction}
                  attemptId={randomUUID()}
                  hidden={{ id }}
                >
                  They are not told, and can ask again. Their account stays, without a membership.
                </ConfirmDialog>
              </div>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
