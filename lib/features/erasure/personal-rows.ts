import "server-only";
import { eq, type SQL, sql } from "drizzle-orm";
import { forgetServiceAccounts } from "@/lib/access/service-accounts";
import { schema, type Tx } from "@/lib/db/client";
import { rateKeyOfAddress } from "@/lib/platform/client-ip";

/** Whose traces are looked for: the account if there is one, and every address it has and had, in lower case. */
export interface Traces {
  accountId: string | null;
  addresses: readonly string[];
}

/**
 * Forgets the delays of the network addresses that the person came from: they stand in the person's events and sessions,
 * so this comes before those go.
 */
export async function forgetDelaysOf(tx: Tx, orgId: number, accountId: string): Promise<void> {
  const found = await tx.execute<{ ip: string }>(sql`
    select distinct host(ip) as ip from (
      select ip from audit_event where org_id = ${orgId} and account_id = ${accountId}::uuid
      union all select ip from session where account_id = ${accountId}::uuid) a
    where ip is not null`);
  // Tries, and the accounts that were made from there.
  const keys = [...found].map((row) => rateKeyOfAddress(row.ip)).flatMap((key) => [key, `register ${key}`]);
  await tx.execute(sql`
    delete from sign_in_delay where kind = 'address'
      and key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::text::jsonb))`);
}

/**
 * Deletes the account and what outside the log names the person or belongs to them alone. What they made for others
 * stays: gurus, sources, the texts of questions. Memberships, sessions, keys and roles go with the account's row.
 * @param tx under the person's lock (`audit_erase_person` took it)
 */
export async function deletePersonalRows(tx: Tx, { accountId, addresses }: Traces): Promise<void> {
  // Of these tables one can have a row for each act of the last day, and the sealer waits meanwhile: the pattern is made
  // once a statement, and what holds no "@" is not matched.
  const pattern = sql`(select audit_address_pattern(array(
    select jsonb_array_elements_text(${JSON.stringify(addresses)}::text::jsonb))))`;
  const named = (text: SQL) => sql`(${text} like '%@%' and audit_names_address(${text}, ${pattern}))`;
  const namedIn = (json: SQL) => sql`(${json}::text like '%@%'
    and exists (select from audit_texts(${json}) t where ${named(sql`t`)}))`;
  const account = sql`${accountId}::uuid`;
  const principals = sql`select 'user:' || ${account} union all
    select 'api_key:' || id from api_key where account_id = ${account}`;
  const statements = [
    sql`delete from attempt where principal in (${principals})`,
    sql`delete from read_window where principal in (${principals})`,
    // Of other people's attempts only the answer may name the person; that it was made must stay known.
    sql`update attempt set message = null where ${named(sql`message`)}`,
    sql`update attempt set target_id = null where ${named(sql`target_id`)}`,
    sql`delete from sign_in_delay where kind = 'account' and (${named(sql`key`)} or key like '%' || ${account})`,
    // Whoever filtered by the address has the file; filter, name and manifest go.
    sql`delete from export_job
      where account_id = ${account} or ${named(sql`file_name`)} or ${namedIn(sql`filter`)}`,
    // A view that others shared goes too where its name or filter says the address: an empty name would be no view.
    sql`delete from saved_view
      where account_id = ${account} or ${named(sql`name`)} or ${namedIn(sql`filter`)}`,
    sql`delete from pgboss.job where ${namedIn(sql`jsonb_build_array(data, output)`)}`,
    // A verification that they asked for is the system's from here on: its event could not be recorded as theirs. One that
    // is over keeps the account id, as its event does.
    sql`update audit_verification set asked_by = case when state not in ('waiting', 'running') then
        jsonb_build_object('accountId', asked_by -> 'accountId', 'email', audit_erased_name(asked_by ->> 'accountId')) end
      where asked_by ->> 'accountId' = ${accountId}::text or ${named(sql`asked_by ->> 'email'`)}`,
    // Links and invites of others to an address that is the person's, and mails to it.
    sql`delete from account_token where account_id = ${account} or ${named(sql`email`)}`,
    sql`delete from invite where ${named(sql`email`)}`,
    sql`delete from mail_message
      where account_id = ${account} or ${named(sql`address`)} or ${named(sql`last_error`)}`,
    sql`delete from audit_alarm_message where ${named(sql`address`)} or ${named(sql`last_error`)}`,
    // One that is still being answered is recorded as nobody's: its event could not name the person any more.
    // How its answer ended stays, where that waits to be recorded.
    sql`update question set account_id = null, asked_by = case when asked_by -> 'end' is not null then
        jsonb_build_object('end', asked_by -> 'end') end where account_id = ${account}`,
    sql`update secret set created_by = null where created_by = ${account}`,
    sql`update widget set created_by = null where created_by = ${account}`,
    // Their own answers go with their keys, their turns with the account's minute.
    sql`delete from answer_turn where subject = 'account:' || ${account}`,
    sql`delete from api_reply where api_key_id in (select id from api_key where account_id = ${account})
      or ${named(sql`body`)}`,
    sql`update integration set created_by = null where created_by = ${account}`,
    sql`update integration set account_name = '(erased)' where ${named(sql`account_name`)}`,
    sql`update integration set trouble = null where ${named(sql`trouble`)}`,
    // What it asks for stays, as other settings that people made for others; a service may have named somebody.
    sql`update backfill_job set created_by = null where created_by = ${account}`,
    sql`update backfill_job set note = null where ${named(sql`note`)}`,
    sql`update crawl set created_by = null where created_by = ${account}`,
    sql`update data_source set created_by = null where created_by = ${account}`,
    sql`update excel_job set created_by = null where created_by = ${account}`,
    // Those on their way too, which end with their next piece. None begins meanwhile: that waits for the account's row, which
    // this transaction holds, and a source or a job of one cannot be recorded before its end.
    sql`delete from upload u where u.account_id = ${account}
      and not exists (select from data_source s where s.upload_id = u.id)
      and not exists (select from excel_job j where j.upload_id = u.id)`,
  ];
  for (const statement of statements) await tx.execute(statement);
  await forgetServiceAccounts(tx, addresses);
  if (accountId !== null) await tx.delete(schema.account).where(eq(schema.account.id, accountId));
}
