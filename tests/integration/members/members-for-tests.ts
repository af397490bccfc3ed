import { inviteLinkToken, linkToken } from "@/lib/access/link-tokens";
import type { UserPrincipal } from "@/lib/access/principal";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import type { Command } from "@/lib/gate/command";
import { type EventRow, type TestProduct, testRequest } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";

let people = 0;

/** An address that nobody had before. */
export const freshEmail = (): string => `person-${++people}@halden.example`;

/** An act of a signed-in person. */
export const act = <V>(command: Command<V>, principal: UserPrincipal, input: unknown = {}) =>
  command.execute({ principal, request: testRequest, input });

/** The events that some work recorded, in their order. */
export async function eventsOf(product: TestProduct, work: () => Promise<unknown>): Promise<EventRow[]> {
  const before = (await product.events()).length;
  await work();
  return (await product.events()).slice(before);
}

/** Invites an address. @returns the invite's id and the token of its link */
export async function invited(owner: UserPrincipal, email: string): Promise<{ id: string; token: string }> {
  const { ids } = done(await act(invitePeople, owner, { emails: email }));
  const id = ids[0] ?? "";
  return { id, token: linkToken("invite", id) };
}

/** Puts an account before the owner, behind the commands' back. @returns the request's id */
export async function asking(product: TestProduct, accountId: string): Promise<string> {
  const [row] = await product.admin<{ id: string }[]>`
    insert into join_request (org_id, account_id) values (1, ${accountId}) returning id`;
  return row?.id ?? "";
}

export async function roleNow(product: TestProduct, { accountId }: UserPrincipal): Promise<string | null> {
  const [row] =
    await product.admin`select role from membership where org_id = 1 and account_id = ${accountId}`;
  return row?.role ?? null;
}

/** The token of the organization's invite link as it is now. */
export async function linkNow(product: TestProduct): Promise<string> {
  const [row] = await product.admin`select invite_link_version as version from organization where id = 1`;
  return inviteLinkToken(1, row?.version);
}
