import { systemPrincipal } from "@/lib/access/principal";
import { type Case, member, owner, stranger } from "./case";

const noCode = "000000";
const noAccount = "00000000-0000-4000-8000-000000000000";

/** Signing in otherwise than by password alone, and where one is signed in. */
export const signInCases: Record<string, Case> = {
  "admit-provider-answer": { by: stranger, input: () => ({}), shown: {}, silent: true },
  "complete-sign-in": {
    by: stranger,
    input: () => ({ step: "x".repeat(43), code: noCode }),
    shown: {},
    silent: true,
  },
  "confirm-factor": {
    by: member,
    input: () => ({ code: noCode, currentPassword: "not this one, no" }),
    shown: {},
    silent: true,
  },
  "disable-factor": { by: member, input: () => ({ code: noCode }), shown: {}, silent: true },
  "renew-recovery-codes": { by: member, input: () => ({ code: noCode }), shown: {}, silent: true },
  "require-two-factor": { by: owner, input: () => ({}), shown: {}, silent: true },
  "reset-factor": { by: owner, input: () => ({ accountId: noAccount }), shown: {} },
  "reset-factor-by-operator": {
    by: () => systemPrincipal,
    input: (w) => ({ email: `${w.word()}@nobody.example` }),
    shown: {},
  },
  "revoke-other-sessions": { by: member, input: () => ({}), shown: {} },
  "revoke-session": { by: member, input: () => ({ session: "0".repeat(64) }), shown: {} },
  "sign-in-by-oidc": {
    by: stranger,
    before: (w) => w.product.admin`delete from sign_in_delay`,
    input: () => ({ search: "?state=x&code=y", cookies: { "authjs.state": "x" } }),
    shown: {},
  },
  "start-factor": {
    by: member,
    input: () => ({ currentPassword: "not this one, no" }),
    shown: {},
    silent: true,
  },
  "start-oidc-sign-in": { by: stranger, input: () => ({}), shown: {}, silent: true },
};
