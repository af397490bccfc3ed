import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { deleteUserAction, grantAuditorAction, resetFactorAction, revokeAuditorAction } from "../actions";
import { ResetPassword } from "../reset-password";

/** What the owner can do to an account that is not their own. */
export function UserActions({
  user,
  heldRoles,
}: {
  user: { id: string; email: string; role: "owner" | "auditor" | "member" | null; hasFactor: boolean };
  /** Roles in gurus, which an auditor cannot keep. */
  heldRoles: number;
}) {
  const { id: accountId, email, role, hasFactor } = user;
  return (
    <div className="flex flex-wrap gap-2">
      <ResetPassword accountId={accountId} email={email} attemptId={randomUUID()} />
      {hasFactor ? (
        <ConfirmDialog
          trigger="Reset second factor"
          title={`Take the second factor of ${email} away?`}
          confirmText="Reset second factor"
          action={resetFactorAction}
          attemptId={randomUUID()}
          hidden={{ accountId }}
        >
          For somebody who lost their authenticator app and their recovery codes. Make sure that it is they
          who ask: until they set up another, their password alone signs them in.
        </ConfirmDialog>
      ) : null}
      {role === "member" ? (
        <ConfirmDialog
          trigger="Make auditor"
          title={`Make ${email} an auditor?`}
          confirmText="Make auditor"
          danger={false}
          action={grantAuditorAction}
          attemptId={randomUUID()}
          hidden={{ accountId }}
        >
          An auditor reads, exports and verifies the whole audit log, and sees nothing else of gurus or users.
          {heldRoles > 0
            ? ` They lose their ${heldRoles === 1 ? "role in 1 guru" : `roles in ${heldRoles} gurus`}.`
            : ""}
        </ConfirmDialog>
      ) : null}
      {role === "auditor" ? (
        <ConfirmDialog
          trigger="Revoke auditor"
          title={`Make ${email} a member again?`}
          confirmText="Revoke auditor"
          action={revokeAuditorAction}
          attemptId={randomUUID()}
          hidden={{ accountId }}
        >
          They read no more of the organization's audit log, from their next request on.
        </ConfirmDialog>
      ) : null}
      <ConfirmDialog
        trigger="Delete user"
        triggerLook="danger-quiet"
        title={`Delete ${email}?`}
        confirmText="Delete user"
        action={deleteUserAction}
        attemptId={randomUUID()}
        hidden={{ accountId }}
      >
        They are signed out everywhere. Their API keys, roles and saved views end with the account; what they
        made for others stays, and so do the events of what they did. This cannot be undone. Nothing is kept
        by which they could be told from others: where people may register, so may they.
      </ConfirmDialog>
    </div>
  );
}
