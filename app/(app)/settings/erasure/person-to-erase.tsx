import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { TextField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { Section } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { ErasurePreview } from "@/lib/features/erasure/queries";
import { erasePersonAction } from "./actions";

const amount = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** What goes and what stays, and the dialog that asks for the address; without JavaScript a form in its place. */
export function PersonToErase({ preview }: { preview: ErasurePreview }) {
  const { who, email, name, events, isOwner } = preview;
  return (
    <Section
      title={<VisibleText text={name ? `${name}, ${email}` : email} />}
      description="What an erasure takes away, and what it leaves."
    >
      <div className="grid gap-4 text-sm sm:grid-cols-2">
        <div>
          <h3 className="font-medium">Goes, for good</h3>
          <ul className="mt-1 list-disc space-y-1 pl-5 text-fg-2">
            {preview.hasAccount ? (
              <li>
                the account with {amount(preview.sessions, "session")}, {amount(preview.keys, "API key")} and
                its role in {amount(preview.gurus, "guru")}
              </li>
            ) : null}
            <li>
              from {events ? amount(events.all, "event") : "every event that names them"}: e-mail address,
              network address and browser{events ? ` (in ${events.acted.toLocaleString("en-US")})` : ""}, and
              what was recorded of them as the object
              {events ? ` (in ${events.about.toLocaleString("en-US")})` : ""}
            </li>
            <li>failed sign-ins on them, their place in the filters, exports that searched for them</li>
          </ul>
        </div>
        <div>
          <h3 className="font-medium">Stays</h3>
          <ul className="mt-1 list-disc space-y-1 pl-5 text-fg-2">
            <li>that each event happened: when, what, in which guru, by which account id</li>
            <li>every count and every proof: the log still verifies</li>
            <li>what they made: gurus, sources, the texts of questions</li>
            <li>files exported or archived before, and backups</li>
          </ul>
        </div>
      </div>
      {events === null ? (
        <p className="mt-3 text-fg-2 text-sm">
          The log is too long to be counted while this page loads. The erasure itself takes its time, and
          tells the number.
        </p>
      ) : null}
      <div className="mt-4">
        {isOwner ? (
          <FormMessage>
            The owner cannot be erased. The organization has to be given to somebody else first.
          </FormMessage>
        ) : (
          <>
            <div className="[@media(scripting:none)]:hidden">
              <ConfirmDialog
                trigger="Erase this person"
                triggerLook="danger-quiet"
                title="Erase this person?"
                confirmText="Erase for good"
                action={erasePersonAction}
                attemptId={randomUUID()}
                hidden={who}
                typed={{ label: `Type ${email} to confirm`, name: "confirmation", value: email }}
              >
                <p>
                  What identifies <VisibleText text={email} /> is deleted and cannot be brought back.
                </p>
                <p className="mt-2">The record says how many events were erased, and not whose.</p>
              </ConfirmDialog>
            </div>
            <div className="hidden [@media(scripting:none)]:block">
              <ActionForm action={erasePersonAction} attemptId={randomUUID()} label="Erase this person">
                {Object.entries(who).map(([field, value]) => (
                  <input key={field} type="hidden" name={field} value={value} readOnly />
                ))}
                <TextField
                  name="confirmation"
                  label={`Type ${email} to confirm`}
                  hint="What identifies them is deleted and cannot be brought back. It will be recorded, without their name."
                  autoComplete="off"
                />
                <SubmitButton look="danger">Erase for good</SubmitButton>
              </ActionForm>
            </div>
          </>
        )}
      </div>
    </Section>
  );
}
