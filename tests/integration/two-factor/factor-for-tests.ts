import { Secret } from "otpauth";
import { presentCode } from "@/lib/access/factor-codes";
import type { UserPrincipal } from "@/lib/access/principal";
import { confirmFactor } from "@/lib/features/two-factor/commands/confirm-factor";
import { startFactor } from "@/lib/features/two-factor/commands/start-factor";
import { ownFactor } from "@/lib/features/two-factor/queries";
import { setRuntime } from "@/lib/platform/runtime";
import { type TestProduct, testRequest } from "@/tests/support/product";
import { rightPassword } from "../accounts/accounts-for-tests";

/** An authenticator app: it has the secret of one account and shows the code of the moment. */
export interface Authenticator {
  code(): string;
  recoveryCodes: string[];
}

/** The product's clock, which the tests move: a code serves once, and the next one comes half a minute later. */
export class Clock {
  private at = Date.now();
  constructor(product: TestProduct) {
    product.runtime = { ...product.runtime, demoClock: () => new Date(this.at) };
    setRuntime(product.runtime);
  }
  forward(seconds: number): void {
    this.at += seconds * 1_000;
  }
}

/** Scans the secret that the page would show. */
export async function scan(person: UserPrincipal): Promise<Omit<Authenticator, "recoveryCodes">> {
  const started = await startFactor.execute({
    principal: person,
    request: testRequest,
    // Of whoever has none it asks nothing.
    input: { currentPassword: rightPassword },
  });
  if (!started.ok) throw new Error(started.message);
  const shown = await ownFactor.execute({ principal: person, request: testRequest, input: null });
  if (!shown.ok || !shown.value.toScan) throw new Error("there is nothing to scan");
  const secret = Secret.fromBase32(shown.value.toScan.text.replaceAll(" ", ""));
  return { code: () => presentCode(secret.bytes) };
}

/** Sets two-factor sign-in up by the real commands. */
export async function enrol(person: UserPrincipal): Promise<Authenticator> {
  const app = await scan(person);
  const input = { code: app.code(), currentPassword: rightPassword };
  const confirmed = await confirmFactor.execute({ principal: person, request: testRequest, input });
  if (!confirmed.ok || confirmed.value === null) throw new Error("not enrolled");
  return { ...app, recoveryCodes: confirmed.value.recoveryCodes };
}
