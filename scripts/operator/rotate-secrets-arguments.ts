import { StartError } from "../serve/start-error";

/** `reseal`: what lies under an older key goes under the current one. */
export type RotateStep = "add" | "reseal" | "retire";

const steps: Record<string, RotateStep> = { "--new-key": "add", "--retire": "retire" };

/** @throws StartError for anything but nothing, `--new-key` or `--retire` */
export function rotateSecretsArguments(args: readonly string[]): RotateStep {
  const [arg] = args;
  if (arg === undefined) return "reseal";
  const step = Object.hasOwn(steps, arg) ? steps[arg] : undefined;
  if (args.length > 1 || !step)
    throw new StartError(
      "Say npm run rotate-secrets -- --new-key, then npm run rotate-secrets, then npm run rotate-secrets -- --retire.",
    );
  return step;
}
