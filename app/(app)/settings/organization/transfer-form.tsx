"use client";
import { useState } from "react";
import type { FormAction } from "@/components/forms/action-result";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { SelectField } from "@/components/forms/fields";
import { visibleString } from "@/components/visible-text/tokens";

interface Heir {
  accountId: string;
  email: string;
  name: string;
}

/** Chooses the member and asks before the organization is theirs. */
export function TransferForm({
  heirs,
  action,
  attemptId,
}: {
  heirs: Heir[];
  action: FormAction;
  attemptId: string;
}) {
  const [chosen, setChosen] = useState(heirs[0]?.accountId ?? "");
  const heir = heirs.find(({ accountId }) => accountId === chosen);
  return (
    <>
      <SelectField
        name="accountId"
        label="New owner"
        options={heirs.map(({ accountId, email, name }) => ({
          value: accountId,
          label: `${visibleString(name)} (${email})`,
        }))}
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      />
      {heir ? (
        <ConfirmDialog
          trigger="Transfer ownership"
          triggerLook="danger-quiet"
          title={`Give the organization to ${heir.email}?`}
          confirmText="Transfer ownership"
          action={action}
          attemptId={attemptId}
          hidden={{ accountId: heir.accountId }}
        >
          They can do everything from then on, and you are a member like others. Only they can give it back.
        </ConfirmDialog>
      ) : null}
    </>
  );
}
