import { addresses, type Case, member, stranger } from "./case";
import { column } from "./shown";

const noToken = "x".repeat(43);

/** Links that are mailed, and what a person changes of themselves. */
export const linkCases: Record<string, Case> = {
  "admit-password-reset": { by: stranger, input: () => ({ token: noToken }), shown: {}, silent: true },
  "change-email": {
    further: addresses,
    by: member,
    // Nobody's mailbox is filled by it: ten links a day.
    before: (w) => w.product.admin`delete from mail_message`,
    input: (w) => ({ email: `${w.word()}@hostile.example`, currentPassword: "not this one, no" }),
    shown: {},
    silent: true,
  },
  "confirm-email": { by: member, input: () => ({ token: noToken }), shown: {} },
  "request-password-reset": {
    further: addresses,
    by: stranger,
    before: (w) => w.product.admin`delete from sign_in_delay`,
    input: (w) => ({ email: `${w.word()}@hostile.example` }),
    shown: {},
    silent: true,
  },
  "reset-password": {
    by: stranger,
    input: (w) => ({ token: noToken, newPassword: `${w.word()} and more` }),
    shown: {},
    oneOf: 40,
  },
  "update-profile": {
    by: member,
    // Two texts may come to the same name, and a name that stays is no event.
    before: (w) => w.product.admin`update account set name = ${w.word()} where id = ${w.member.accountId}`,
    input: (w) => ({ name: w.word(), theme: "dark", timeZone: "Europe/Oslo" }),
    shown: { name: column("account", "name") },
  },
};
