import "server-only";
import { around } from "@/lib/gate/around";
import { checkCredentials } from "../check-credentials";
import { managedGuru } from "../integration-facts";
import { createIntegrationInput } from "../schemas";
import { keepIntegration } from "./keep-integration";

/** A maintainer ties the guru to a service, which is asked first whether it takes the credentials. */
export const createIntegration = around(
  keepIntegration,
  createIntegrationInput,
  async (input, call, proceed) => {
    const allowed = await managedGuru.execute({ ...call, input: input.guru });
    if (!allowed.ok) return allowed;
    const checked = await checkCredentials(call, allowed.value.id, input);
    if (!checked.ok) return checked;
    return proceed({ input: { ...input, account: checked.value } });
  },
);
