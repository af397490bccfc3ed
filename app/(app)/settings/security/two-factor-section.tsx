import { randomUUID } from "node:crypto";
import { RecoveryCodes } from "@/app/(auth)/recovery-codes";
import { TwoFactorSetup } from "@/app/(auth)/two-factor-setup";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Section } from "@/components/ui/page";
import { disableFactorAction, renewRecoveryCodesAction } from "./actions";

interface Factor {
  isOn: boolean;
  isRequired: boolean;
  codesLeft: number;
  hasPassword: boolean;
  toScan: { uri: string; text: string } | null;
}

const codeField = (
  <TextField
    name="code"
    label="Code"
    hint="From your app, or a recovery code."
    className="mono max-w-[200px]"
    autoComplete="one-time-code"
    required
  />
);

/** One's own two-factor sign-in: set up, renew the recovery codes, switch off. */
export function TwoFactorSection({ isOn, isRequired, codesLeft, hasPassword, toScan }: Factor) {
  return (
    <Section
      title="Two-factor sign-in"
      description={
        isOn
          ? `On. ${codesLeft} ${codesLeft === 1 ? "recovery code is" : "recovery codes are"} left.`
          : "Off. With it a sign-in takes a code from your telephone besides the password."
      }
    >
      <TwoFactorSetup toScan={toScan} isOn={isOn} hasPassword={hasPassword} />
      {isOn ? (
        <>
          <details className="mt-3">
            <summary className="cursor-pointer text-sm">Make new recovery codes</summary>
            <ActionForm
              action={renewRecoveryCodesAction}
              attemptId={randomUUID()}
              label="Make new recovery codes"
              className="mt-3"
            >
              <RecoveryCodes>
                {codeField}
                <SubmitButton look="default">Make new codes</SubmitButton>
              </RecoveryCodes>
            </ActionForm>
          </details>
          {isRequired ? (
            <p className="mt-3 text-fg-2 text-sm">
              The owner requires two-factor sign-in of everybody, so it cannot be switched off.
            </p>
          ) : (
            <details className="mt-3">
              <summary className="cursor-pointer text-sm">Switch off</summary>
              <ActionForm
                action={disableFactorAction}
                attemptId={randomUUID()}
                label="Switch two-factor sign-in off"
                className="mt-3"
              >
                {codeField}
                <SubmitButton look="danger">Switch off</SubmitButton>
                <p className="field-hint mt-2">That it was switched off is recorded.</p>
              </ActionForm>
            </details>
          )}
        </>
      ) : null}
    </Section>
  );
}
