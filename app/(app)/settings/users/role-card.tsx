"use client";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { SelectField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { EmptyState } from "@/components/ui/empty-state";
import { assignGuruRolesAction, revokeGuruRolesAction } from "./actions";
import { type CardItem, RoleItems } from "./role-items";

const roles = [
  { value: "viewer", label: "Viewer" },
  { value: "maintainer", label: "Maintainer" },
];

/**
 * People of a guru, or gurus of a person, to choose from: those who have a role (to change or revoke it), or those who have
 * none (to give them one). Without JavaScript the boxes and the role are a plain form.
 */
export function RoleCard({
  kind,
  label,
  items,
  empty,
  chosen,
  fixed,
  one,
  many,
  attemptIds,
}: {
  kind: "assigned" | "unassigned";
  label: string;
  items: CardItem[];
  empty: string;
  /** The field that the boxes fill. */
  chosen: "accounts" | "gurus";
  /** The other one: the guru or the person whose page this is. */
  fixed: Record<string, string>;
  one: string;
  many: string;
  attemptIds: { assign: string; revoke: string };
}) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  if (items.length === 0) return <EmptyState title={empty} />;
  // Whoever has just changed sides is no choice of this card any more.
  const selected = items.filter((item) => ticked.has(item.id));
  const count = `${selected.length} ${selected.length === 1 ? one : many}`;
  return (
    <>
      <ActionForm
        action={assignGuruRolesAction}
        attemptId={attemptIds.assign}
        label={label}
        onSuccess={() => setTicked(new Set())}
      >
        {Object.entries(fixed).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} readOnly />
        ))}
        <RoleItems label={label} name={chosen} items={items} ticked={ticked} onTick={setTicked} />
        <div className="mt-3 flex flex-wrap items-end gap-3">
          <div className="w-[160px]">
            <SelectField
              name="role"
              label={kind === "assigned" ? "New role" : "Role"}
              options={roles}
              defaultValue="viewer"
            />
          </div>
          <div className="pb-4">
            <SubmitButton look={kind === "assigned" ? "default" : "primary"}>
              {kind === "assigned" ? "Change role" : "Assign"}
            </SubmitButton>
          </div>
          <p className="num pb-5 text-fg-2 text-sm" aria-live="polite">
            {count} selected
          </p>
        </div>
      </ActionForm>
      {kind === "assigned" && selected.length > 0 ? (
        <ConfirmDialog
          trigger="Revoke roles"
          triggerLook="danger-quiet"
          title={`Revoke the roles of ${count}?`}
          confirmText="Revoke"
          action={revokeGuruRolesAction}
          attemptId={attemptIds.revoke}
          hidden={{ ...fixed, [chosen]: selected.map((item) => item.id) }}
        >
          What the roles allowed ends at once. You can give them again.
        </ConfirmDialog>
      ) : null}
    </>
  );
}
