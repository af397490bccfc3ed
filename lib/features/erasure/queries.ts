import "server-only";
import { sql } from "drizzle-orm";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { databaseError } from "./erase-in-log";
import type { Who } from "./schemas";
import { nameOf } from "./whom";

export interface FoundPerson {
  accountId: string;
  /** E-mail, or how the log calls somebody who left. */
  email: string;
  name: string | null;
  /** `left`: their account is gone, the log still names them. */
  standing: "owner" | "auditor" | "member" | "none" | "left";
}

const mostFound = 20;

/**
 * People by e-mail or name: accounts, and those who left, as the log knows them. Whoever was erased is not found.
 * `isAddress` says that the text is an address that nobody found has: events may name it nevertheless.
 */
export const findPeople = query({
  allow: inOrganization<string>("audit:erase-person"),
  async run({
    db,
    principal,
    input,
  }): Promise<{ people: FoundPerson[]; isMore: boolean; isAddress: boolean }> {
    const text = input.trim();
    if (text === "") return { people: [], isMore: false, isAddress: false };
    const like = `%${text.replace(/[\\%_]/g, "\\$&")}%`;
    const found = await db.execute<FoundPerson & Record<string, unknown>>(sql`
      select a.id::text as "accountId", a.email, a.name, coalesce(m.role, 'none') as standing
      from account a left join membership m on m.account_id = a.id and m.org_id = ${principal.orgId}
      where a.email ilike ${like} or a.name ilike ${like}
      union all
      select distinct on (f.value) f.value, f.label, null, 'left' from audit_facet f
      where f.org_id = ${principal.orgId} and f.dimension = 'user' and f.label ilike ${like} and f.label <> f.value
        and f.value ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        and not exists (select from account a where a.id::text = f.value)
        and not exists (select from audit_erasure e where e.account_id::text = f.value)
      order by 2, 1 limit ${mostFound + 1}`);
    const people = [...found].slice(0, mostFound);
    const isKnown = people.some((p) => p.email.toLowerCase() === text.toLowerCase());
    return {
      people,
      isMore: found.length > mostFound,
      isAddress: !isKnown && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text),
    };
  },
});

export interface ErasurePreview {
  who: Who;
  /** What is typed to confirm. */
  email: string;
  name: string | null;
  isOwner: boolean;
  hasAccount: boolean;
  keys: number;
  sessions: number;
  gurus: number;
  /** Events by part; null when the log is too long to be counted while a page waits. */
  events: { all: number; acted: number; about: number } | null;
}

/** What an erasure would take away; null when there is no such person (any more). */
export const erasurePreview = query({
  allow: inOrganization<Who>("audit:erase-person"),
  async run({ db, principal, input: who }): Promise<ErasurePreview | null> {
    const { orgId } = principal;
    const email = await nameOf(db, orgId, who);
    if (email === null) return null;
    const account = "accountId" in who ? who.accountId : null;
    const [facts] = await db.execute<{
      name: string | null;
      owner: boolean;
      keys: number;
      sessions: number;
      gurus: number;
      account: boolean;
    }>(sql`
      select (select name from account where id = ${account}::uuid) as name,
        exists (select from account where id = ${account}::uuid) as account,
        exists (select from membership where account_id = ${account}::uuid and role = 'owner') as owner,
        (select count(*)::int from api_key where account_id = ${account}::uuid) as keys,
        (select count(*)::int from session where account_id = ${account}::uuid) as sessions,
        (select count(*)::int from guru_role where account_id = ${account}::uuid) as gurus`);
    if (!facts) throw new Error("nothing was counted");
    const counted = db.execute<{ all: number; acted: number; about: number }>(sql`
      select count(*)::int as all, count(*) filter (where names_actor)::int as acted,
        count(*) filter (where names_subject)::int as about
      from audit_events_naming(${orgId}, ${account}::uuid,
        audit_person_addresses(${orgId}, ${account}::uuid, ${"email" in who ? who.email : null}::text),
        coalesce(${facts.name}::text, ''))`);
    const [events] = await counted.catch((error: unknown) => {
      // query_canceled: the statement's time was up.
      if (databaseError(error)?.code === "57014") return [];
      throw error;
    });
    return {
      who,
      email,
      name: facts.name,
      isOwner: facts.owner,
      hasAccount: facts.account,
      keys: facts.keys,
      sessions: facts.sessions,
      gurus: facts.gurus,
      events: events ?? null,
    };
  },
});

/** The erasures so far, newest first, with the event that records each. Whom they were of is nobody's to know. */
export const pastErasures = query({
  allow: inOrganization<null>("audit:erase-person"),
  async run({ db, principal }) {
    const found = await db.execute<{ id: string; eventId: string; events: string; at: string }>(sql`
      select id::text, event_id::text as "eventId", events::text, to_char(erased_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from audit_erasure where org_id = ${principal.orgId} order by erased_at desc limit 50`);
    return [...found].map((row) => ({ ...row, events: Number(row.events) }));
  },
});
