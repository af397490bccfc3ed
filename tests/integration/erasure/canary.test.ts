import { afterAll, beforeAll, expect, it } from "vitest";
import {
  anonymousPrincipal,
  type Principal,
  type RequestFacts,
  type UserPrincipal,
} from "@/lib/access/principal";
import { emptyFilter } from "@/lib/audit/query/filter";
import { recount } from "@/lib/audit/seal/recount";
import { createSealer } from "@/lib/audit/seal/sealer";
import { changeEmail } from "@/lib/features/accounts/commands/change-email";
import { changePassword } from "@/lib/features/accounts/commands/change-password";
import { register } from "@/lib/features/accounts/commands/register";
import { requestPasswordReset } from "@/lib/features/accounts/commands/request-password-reset";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { signOut } from "@/lib/features/accounts/commands/sign-out";
import { updateProfile } from "@/lib/features/accounts/commands/update-profile";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { deleteApiKey } from "@/lib/features/api-keys/commands/delete-api-key";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { fetchAuditLog } from "@/lib/features/audit-log/commands/fetch-audit-log";
import { saveView } from "@/lib/features/audit-log/commands/save-view";
import { startExport } from "@/lib/features/audit-log/commands/start-export";
import { viewAuditLogs } from "@/lib/features/audit-log/commands/view-audit-logs";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { addTextSource } from "@/lib/features/data-sources/commands/add-text-source";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { startCrawl } from "@/lib/features/data-sources/commands/start-crawl";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { cancelExcelJob } from "@/lib/features/excel-jobs/commands/cancel-excel-job";
import { createExcelJob } from "@/lib/features/excel-jobs/commands/create-excel-job";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { updateGuru } from "@/lib/features/gurus/commands/update-guru";
import { keepIntegration } from "@/lib/features/integrations/commands/keep-integration";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { rejectJoinRequest } from "@/lib/features/members/commands/reject-join-request";
import { removeMember } from "@/lib/features/members/commands/remove-member";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { removeMaintainer } from "@/lib/features/team/commands/remove-maintainer";
import type { Command } from "@/lib/gate/command";
import { makeWorkbook } from "@/tests/support/documents/office";
import { byKey, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { closeMinute, otherPassword, rightPassword, signedInAs } from "../accounts/accounts-for-tests";
import { done } from "../gurus/guru-for-tests";
import { placesOf } from "./whole-database";

const email = "Canary.Kestrel@halden.example";
const name = "Quillwing Canary";
const from: RequestFacts = {
  ip: "198.51.100.77",
  userAgent: "Canarybrowser/7.31",
  requestId: testRequest.requestId,
};
const canaries = [email, name, "198.51.100.77", "Canarybrowser/7.31"];

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  // Mails are queued; nothing sends them here.
  product = await createTestProduct({ SMTP_URL: "smtp://mail.invalid" });
  owner = await product.person("owner@halden.example", "owner");
  await product.admin`update organization set member_approval_required = false`;
});
afterAll(() => product.close());

/** An act that may be refused: the refusal leaves its traces too. */
async function act<V>(command: Command<V>, principal: Principal, input: unknown, request = from) {
  return command.execute({ principal, request, input, attemptId: crypto.randomUUID() });
}

/** Everything that a person can do, and what others do to them. */
async function live(): Promise<{ kestrel: UserPrincipal; guru: { id: string; slug: string } }> {
  done(
    await register.execute({
      principal: anonymousPrincipal,
      request: from,
      input: { name, email, password: rightPassword },
    }),
  );
  // Registering again is refused, and names the address too.
  await register.execute({
    principal: anonymousPrincipal,
    request: from,
    input: { name, email, password: rightPassword },
  });
  const { principal: kestrel } = await signedInAs(email, rightPassword, from);
  done(await act(changePassword, kestrel, { currentPassword: rightPassword, newPassword: otherPassword }));
  const { principal: again } = await signedInAs(email, otherPassword, from);
  await act(changePassword, again, { currentPassword: "wrong", newPassword: rightPassword });

  for (const called of [`${name} the second`, name])
    done(await act(updateProfile, again, { name: called, theme: "dark", timeZone: "Europe/Oslo" }));
  // A link to another address, and a mail to the present one, wait to be sent.
  const changed = { email: `new.${email}`, currentPassword: otherPassword };
  done(await act(changeEmail, again, changed));
  const forgetful = { principal: anonymousPrincipal, request: from, input: { email } };
  done(await requestPasswordReset.execute(forgetful));

  const guru = done(await act(createGuru, again, { name: "Platform docs", slug: "platform-docs" }));
  done(
    await act(updateGuru, again, {
      guru: guru.slug,
      name: "Platform docs",
      description: `Ask ${email}`,
      topics: "",
      introText: "",
      instructions: "",
      visibility: "private",
    }).then((r) => r),
  ).changed;
  const source = done(
    await act(addTextSource, again, { guru: guru.slug, title: "Rollback", content: "Roll back." }),
  );
  done(await act(reindexDataSources, again, { guru: guru.slug, ids: [source.id] }));
  const body = () => new Blob(["A file."]).stream();
  const sent = { principal: again, request: from, guru: guru.slug, declaredBytes: 7 };
  const upload = done(await receiveUpload({ ...sent, fileName: "notes.txt", body: body() }));
  done(await act(addFileSource, again, { guru: guru.slug, uploadId: upload.id }));
  done(await receiveUpload({ ...sent, fileName: "left.txt", body: body() }));
  const workbook = new Blob([new Uint8Array(makeWorkbook({ S: [["Question"], ["How do I roll back?"]] }))]);
  const sheet = { ...sent, fileName: "questions.xlsx", use: "excel-job" as const };
  const { id: uploadId } = done(
    await receiveUpload({ ...sheet, declaredBytes: workbook.size, body: workbook.stream() }),
  );
  const choices = { sheet: 0, headerRow: 1, questionColumn: 1, answerColumns: [2] };
  const excelJob = done(await act(createExcelJob, again, { guru: guru.slug, uploadId, ...choices }));
  done(await act(cancelExcelJob, again, { guru: guru.slug, id: excelJob.id }));
  // With the person's own account at the service, by the name that the service calls it.
  const jira = {
    type: "JIRA",
    baseUrl: "https://jira.example",
    account: { accountName: `Jira of ${email}` },
  };
  const login = { credentials: { email, apiToken: "token-of-the-person" } };
  done(await act(keepIntegration, again, { guru: guru.slug, ...jira, ...login }));
  done(await act(startCrawl, again, { guru: guru.slug, kind: "links", url: "https://docs.example.com/" }));
  done(await act(askGuru, again, { guru: guru.slug, question: "How do I roll back?" }));
  done(await act(deleteDataSources, again, { guru: guru.slug, ids: [source.id] }));
  done(await act(createApiKey, again, { name: "ci", scopes: [], expiresInDays: null }));
  await act(deleteApiKey, again, { name: "none of this name" });
  await act(fetchAuditLog, byKey(again), { filter: emptyFilter, mode: "all", view: "full" });
  for (let i = 0; i < 3; i += 1)
    await act(viewAuditLogs, again, { scope: { kind: "global" }, filter: emptyFilter });
  done(await act(viewAuditLogs, again, { scope: { kind: "guru", slug: guru.slug }, filter: emptyFilter }));
  done(
    await act(startExport, again, {
      scope: { guru: guru.slug },
      format: "csv",
      filter: { ...emptyFilter, q: email },
    }),
  );
  const ofGuru = { kind: "guru", slug: guru.slug };
  done(await act(saveView, again, { scope: ofGuru, name: `Of ${email}`, shared: true, filter: emptyFilter }));
  done(await act(createGuru, again, { name: "Short", slug: "short" }));
  done(await act(addMaintainer, again, { guru: "short", email: "owner@halden.example" }));
  done(await act(deleteGuru, again, { guru: "short", confirmation: "short" }));
  await act(createGuru, again, { name: "Taken", slug: guru.slug });

  // Others do things to them, and look for them.
  const elsewhere = { ...testRequest, ip: "203.0.113.50" };
  done(await act(createGuru, owner, { name: "Owners'", slug: "owners" }, elsewhere));
  done(await act(addMaintainer, owner, { guru: "owners", email }, elsewhere));
  await act(addMaintainer, owner, { guru: "owners", email }, elsewhere);
  done(await act(removeMaintainer, owner, { guru: "owners", accountId: kestrel.accountId }, elsewhere));
  await act(addMaintainer, owner, { guru: "owners", email: `x${email}` }, elsewhere);
  done(
    await act(
      viewAuditLogs,
      owner,
      { scope: { kind: "global" }, filter: { ...emptyFilter, actor: [email.toLowerCase()] } },
      elsewhere,
    ),
  );
  done(
    await act(
      startExport,
      owner,
      { scope: "global", format: "csv", filter: { ...emptyFilter, q: `mail of ${email}.` } },
      elsewhere,
    ),
  );
  const global = { kind: "global" };
  const searched = { ...emptyFilter, q: `mail of ${email}.` };
  done(
    await act(saveView, owner, { scope: global, name: "Kept", shared: true, filter: emptyFilter }, elsewhere),
  );
  done(
    await act(
      saveView,
      owner,
      { scope: global, name: `On ${email}`, shared: true, filter: emptyFilter },
      elsewhere,
    ),
  );
  done(
    await act(
      saveView,
      owner,
      { scope: global, name: "One person", shared: false, filter: searched },
      elsewhere,
    ),
  );
  for (let i = 0; i < 12; i += 1)
    await signIn.execute({
      principal: anonymousPrincipal,
      request: from,
      input: { email, password: "wrong" },
    });
  // They are removed, ask to come back, are refused, ask again and are invited: request and invite are open at the end.
  await act(invitePeople, owner, { emails: email }, elsewhere);
  done(await act(removeMember, owner, { accountId: kestrel.accountId }, elsewhere));
  await product.admin`update organization set member_approval_required = true`;
  const outside: UserPrincipal = { ...kestrel, role: null };
  done(await act(joinOrganization, outside, {}));
  const [request] = await product.admin`select id from join_request`;
  done(await act(rejectJoinRequest, owner, { id: request?.id }, elsewhere));
  done(await act(joinOrganization, outside, {}));
  await act(joinOrganization, outside, {});
  done(await act(invitePeople, owner, { emails: email.toUpperCase() }, elsewhere));
  await act(acceptInvite, outside, { token: "x".repeat(43) });
  done(await act(signOut, kestrel, {}).then((r) => (r.ok ? r : { ok: true as const, value: null })));
  return { kestrel, guru };
}

it("leaves no trace of the person in any column of any table, and every number right", async () => {
  const { kestrel, guru } = await live();
  await product.admin`insert into pgboss.job (name, data) values ('index-data-source', ${JSON.stringify({ from: email })}::text::jsonb)`;
  const sealer = createSealer({ sealerUrl: product.runtime.urls.sealer });
  await sealer.sealOnce();
  // These are not sealed when the erasure comes.
  await signIn.execute({ principal: anonymousPrincipal, request: from, input: { email, password: "wrong" } });
  for (const canary of canaries) expect(await placesOf(product.admin, canary)).not.toEqual([]);
  const tries =
    await product.admin`select coalesce(sum(count), 0)::int as n from audit_counter where kind = 'throttled'`;
  expect(tries[0]?.n).toBeGreaterThan(0);
  const before = await product.events();

  const { events } = done(
    await act(
      erasePerson,
      owner,
      { accountId: kestrel.accountId, confirmation: email.toUpperCase() },
      testRequest,
    ),
  );

  const places = await Promise.all(canaries.map((canary) => placesOf(product.admin, canary)));
  // What the person wrote into a guru for others to read is the guru's.
  expect(places).toEqual([["guru.description"], [], [], []]);
  await closeMinute(product);
  while ((await sealer.sealOnce()) > 0);
  for (const canary of canaries.slice(1)) expect(await placesOf(product.admin, canary)).toEqual([]);
  expect(await recount(product.admin)).toEqual([]);

  const after = await product.events();
  expect(events).toBeGreaterThan(20);
  const erased = after.filter(
    (e) =>
      (e as unknown as { actor_digest: unknown }).actor_digest ||
      (e as unknown as { subject_digest: unknown }).subject_digest,
  );
  expect(erased).toHaveLength(events);
  // Every try that the delay refused is an event or counted in one, still.
  expect(after.length).toBeGreaterThan(before.length);
  const [told] = after.filter((e) => e.action === "audit.person_erased");
  expect(told).toMatchObject({
    actor_email: owner.email,
    target_type: "org",
    target_id: "1",
    target_label: "Audit log",
    account_id: owner.accountId,
    metadata: null,
    changes: [],
  });
  expect(told?.details).toEqual({ events, requestId: testRequest.requestId });
  // What they made stands.
  const [kept] = await product.admin`select count(*)::int as n from guru where id = ${guru.id}`;
  expect(kept?.n).toBe(1);
  // Of the owner's views the one that says nothing of the person.
  expect((await product.admin`select name from saved_view`).map((view) => view.name)).toEqual(["Kept"]);
  const [left] = await product.admin`
    select (select count(*) from session where account_id = ${kestrel.accountId}) + (select count(*) from api_key where account_id = ${kestrel.accountId})
      + (select count(*) from guru_role where account_id = ${kestrel.accountId}) + (select count(*) from question where account_id = ${kestrel.accountId})
      + (select count(*) from excel_job where created_by = ${kestrel.accountId})
      + (select count(*) from integration where created_by = ${kestrel.accountId} or account_name <> '(erased)')
      + (select count(*) from crawl where created_by = ${kestrel.accountId}) as n`;
  expect(left?.n).toBe("0");
  // The owner was acted upon by nobody: who acted stays.
  const others = after.filter((e) => e.account_id === owner.accountId);
  expect(others.every((e) => e.actor_email === owner.email)).toBe(true);
  await sealer.stop();
}, 60_000);
