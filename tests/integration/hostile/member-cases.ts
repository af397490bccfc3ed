import { randomUUID } from "node:crypto";
import { addresses, type Case, member, owner } from "./case";
import { label } from "./shown";

const noToken = "x".repeat(43);

/** Who comes and goes, and the organization's settings. */
export const memberCases: Record<string, Case> = {
  "accept-invite": { by: member, input: () => ({ token: noToken }), shown: {} },
  "admit-accepting": { by: member, input: () => ({}), shown: {}, silent: true },
  "admit-joining": { by: member, input: () => ({}), shown: {}, silent: true },
  "approve-join-request": { by: owner, input: () => ({ id: randomUUID() }), shown: {} },
  "cancel-invite": { by: owner, input: () => ({ id: randomUUID() }), shown: {} },
  "invite-people": {
    further: (field, word) => addresses(field === "emails" ? "email" : field, word),
    by: owner,
    input: (w) => ({ emails: `${w.word()}@hostile.example` }),
    shown: {},
  },
  "join-organization": { by: member, input: () => ({ link: noToken }), shown: {} },
  "leave-organization": { by: member, input: () => ({ confirmation: "no" }), shown: {} },
  "reject-join-request": { by: owner, input: () => ({ id: randomUUID() }), shown: {} },
  "remove-member": { by: owner, input: () => ({ accountId: randomUUID() }), shown: {} },
  "renew-invite-link": { by: owner, input: () => ({}), shown: {} },
  "transfer-ownership": {
    further: addresses,
    by: owner,
    input: (w) => ({ email: `${w.word()}@hostile.example` }),
    shown: {},
  },
  "update-organization": {
    by: owner,
    input: (w) => ({ name: w.word(), memberApprovalRequired: "", inviteLinkEnabled: "on" }),
    shown: { name: label },
    silent: true,
  },
};
