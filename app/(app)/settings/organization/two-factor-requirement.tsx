import { randomUUID } from "node:crypto";
import Link from "next/link";
import { ActionForm } from "@/components/forms/action-form";
import { CheckboxField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Section } from "@/components/ui/page";
import { ownFactor } from "@/lib/features/two-factor/queries";
import { load } from "../../load";
import { requireTwoFactorAction } from "./two-factor-actions";

/** For the owner: whether everybody needs a second factor. */
export async function TwoFactorRequirement() {
  const { isOn, isRequired } = await load(ownFactor, null);
  return (
    <Section
      title="Two-factor sign-in"
      description="When it is required, whoever has none is held back from their next page on until they have set it up. API keys go on."
    >
      {isOn || isRequired ? (
        <ActionForm action={requireTwoFactorAction} attemptId={randomUUID()} label="Two-factor sign-in">
          <CheckboxField name="required" label="Require it of everybody" defaultChecked={isRequired} />
          <SubmitButton look="default">Save</SubmitButton>
        </ActionForm>
      ) : (
        <p className="text-sm">
          Set it up for yourself first, under{" "}
          <Link className="link" href="/settings/security" prefetch={false}>
            Security
          </Link>
          .
        </p>
      )}
    </Section>
  );
}
