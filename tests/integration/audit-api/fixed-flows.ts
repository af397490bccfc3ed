import { randomUUID } from "node:crypto";
import { linkToken } from "@/lib/access/link-tokens";
import { type ApiKeyPrincipal, anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { register } from "@/lib/features/accounts/commands/register";
import { findReferencesCommand } from "@/lib/features/code-search/commands/find-references";
import { gotoDefinitionCommand } from "@/lib/features/code-search/commands/goto-definition";
import { searchCodeCommand } from "@/lib/features/code-search/commands/search-code";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { transferOwnership } from "@/lib/features/members/commands/transfer-ownership";
import type { Command } from "@/lib/gate/command";
import { parseEnv } from "@/lib/platform/env";
import { setRuntime } from "@/lib/platform/runtime";
import { oidcClient, startOidcProvider } from "@/tests/support/oidc-process";
import { testRequest as request, type TestProduct } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { baseUrl, redirectUri, Visitor } from "../single-sign-on/visitor";

const act = <V>(command: Command<V>, principal: UserPrincipal, input: unknown) =>
  command.execute({ principal, request, input });

function mustBeRefused(result: { ok: boolean }): void {
  if (result.ok) throw new Error("this was to be refused");
}

/** Joining, inviting, handing over: each done once and refused once, by its own flow. Approval is needed. */
export async function comeAndGo(product: TestProduct, owner: UserPrincipal): Promise<void> {
  const person = { name: "Taken", email: owner.email, password: "another long pass phrase 72" };
  mustBeRefused(await register.execute({ principal: anonymousPrincipal, request, input: person }));

  const asking = await product.person("asking@halden.example", null);
  done(await act(joinOrganization, asking, {}));
  mustBeRefused(await act(joinOrganization, asking, {}));
  const [row] = await product.admin`select id from join_request where account_id = ${asking.accountId}`;
  mustBeRefused(await act(approveJoinRequest, owner, { id: randomUUID() }));
  done(await act(approveJoinRequest, owner, { id: row?.id }));

  const invited = await product.person("invited@halden.example", null);
  const { ids } = done(await act(invitePeople, owner, { emails: invited.email }));
  mustBeRefused(await act(invitePeople, owner, { emails: invited.email }));
  mustBeRefused(await act(acceptInvite, invited, { token: "x".repeat(43) }));
  done(await act(acceptInvite, invited, { token: linkToken("invite", ids[0] ?? "") }));

  mustBeRefused(await act(transferOwnership, owner, { email: owner.email }));
  done(await act(transferOwnership, owner, { email: asking.email }));
  done(await act(transferOwnership, { ...asking, role: "owner" }, { email: owner.email }));
}

/** Code is searched, by a person and by their key. */
export async function searchCodeOnce(principal: UserPrincipal | ApiKeyPrincipal): Promise<void> {
  const search = { query: "render branch:HEAD", matches: 10, contextLines: 0, whole: false, door: "api" };
  done(await searchCodeCommand.execute({ principal, request, input: search }));
  const symbol = { symbolName: "render", door: "api" };
  done(await findReferencesCommand.execute({ principal, request, input: symbol }));
  done(await gotoDefinitionCommand.execute({ principal, request, input: symbol }));
}

/** First sign-ins by an identity provider that makes members at once: one with a seat, one without. */
export async function firstSignIns(product: TestProduct): Promise<void> {
  const provider = await startOidcProvider(redirectUri);
  try {
    const { env } = product.runtime;
    const configured = parseEnv({
      GURULOG_URL: baseUrl,
      AUTH_OIDC_ISSUER: provider.issuer,
      AUTH_OIDC_CLIENT_ID: oidcClient.id,
      AUTH_OIDC_CLIENT_SECRET: oidcClient.secret,
      AUTH_OIDC_JIT_PROVISIONING: "true",
    });
    const signIn = async (email: string, over: Partial<typeof env>) => {
      setRuntime({ ...product.runtime, baseUrl, env: { ...configured, ...over } });
      return new Visitor().signIn({ sub: randomUUID(), email, email_verified: true, name: "Nora New" });
    };
    done(await signIn("first@halden.example", {}));
    mustBeRefused(await signIn("late-comer@halden.example", { GURULOG_SEATS: 1 }));
  } finally {
    setRuntime(product.runtime);
    await provider.stop();
  }
}
