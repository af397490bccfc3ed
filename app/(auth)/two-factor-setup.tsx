import { randomUUID } from "node:crypto";
import QRCode from "qrcode";
import { confirmFactorAction, startFactorAction } from "@/app/(app)/settings/security/actions";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { RecoveryCodes } from "./recovery-codes";

/** The code as a picture; black on white in both themes, as cameras need it. */
async function pictureOf(uri: string): Promise<string> {
  const svg = await QRCode.toString(uri, { type: "svg", errorCorrectionLevel: "M", margin: 2 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

/** Asked for at both steps: whoever found the browser open must not set up a factor of their own. */
const passwordField = (
  <PasswordField name="currentPassword" label="Current password" autoComplete="current-password" required />
);

/**
 * Setting up two-factor sign-in: ask for a secret, scan it, give its first code, keep the recovery codes. The second
 * form stays in its place when the factor stands, as the one answer with the recovery codes is shown in it.
 */
export async function TwoFactorSetup({
  toScan,
  isOn,
  hasPassword,
}: {
  toScan: { uri: string; text: string } | null;
  isOn: boolean;
  hasPassword: boolean;
}) {
  const picture = toScan ? await pictureOf(toScan.uri) : null;
  return (
    <>
      {isOn || toScan ? null : (
        <ActionForm action={startFactorAction} attemptId={randomUUID()} label="Set up two-factor sign-in">
          {hasPassword ? <div className="max-w-[320px]">{passwordField}</div> : null}
          <SubmitButton look="primary">Set up two-factor sign-in</SubmitButton>
        </ActionForm>
      )}
      <ActionForm action={confirmFactorAction} attemptId={randomUUID()} label="Confirm two-factor sign-in">
        <RecoveryCodes>
          {toScan && picture ? (
            <>
              <p className="mb-3 text-fg-2 text-sm">
                Scan this with an authenticator app on your telephone, then give the code that it shows.
              </p>
              {/* biome-ignore lint/performance/noImgElement: an image of our own making, for this one page */}
              <img
                src={picture}
                alt="QR code with the secret; below it stands as text"
                width={176}
                height={176}
                className="mb-3 rounded-control border"
              />
              <p className="field-hint">No camera? Type this secret into the app:</p>
              <p className="mono mb-4 select-all text-sm [overflow-wrap:anywhere]">{toScan.text}</p>
              <TextField
                name="code"
                label="Code"
                hint="The six digits that the app shows."
                className="mono max-w-[160px]"
                inputMode="numeric"
                autoComplete="one-time-code"
                required
              />
              {hasPassword ? <div className="max-w-[320px]">{passwordField}</div> : null}
              <SubmitButton look="primary" pendingText="Checking">
                Switch on
              </SubmitButton>
            </>
          ) : null}
        </RecoveryCodes>
      </ActionForm>
    </>
  );
}
