import { randomUUID } from "node:crypto";
import { systemPrincipal } from "@/lib/access/principal";
import { type Case, member } from "./case";
import { cut, type Shown } from "./shown";
import type { HostileWorld } from "./world";

/** A job whose run is under way, of a service that nobody asks here. */
async function beingSynced(w: HostileWorld): Promise<string> {
  const { admin } = w.product;
  await admin`
    insert into integration (guru_id, type, base_url, account_name, credentials, key_id)
    values (${w.guru.id}, 'JIRA', 'https://jira.invalid', 'Nobody', '\\x00', 'none') on conflict do nothing`;
  const [row] = await admin<{ id: string }[]>`
    insert into backfill_job (guru_id, integration_id, query, label, interval_hours, status, run_wanted, run_claim)
    select guru_id, id, 'q', 'q', 1, 'SYNCING', false, 1 from integration
    where guru_id = ${w.guru.id} and type = 'JIRA' returning id`;
  return row?.id ?? "";
}

/** One of the same title stands there from an earlier try: then its address tells it apart. */
const itemTitle: Shown = async (event, text, w) => {
  const got = String(await w.columnOf("data_source", "title", event.target_id));
  const title = cut(text, 200).trim();
  return [got.slice(0, title.length), title];
};

/** Backfill jobs: queries are told to their service first, and what it gives is kept as it comes. */
export const backfillCases: Record<string, Case> = {
  "create-backfill-job": {
    by: member,
    input: (w) => ({
      guru: w.guru.slug,
      integration: randomUUID(),
      query: w.word(),
      contentType: "tickets",
      days: "7",
      intervalHours: "1",
    }),
    shown: {},
  },
  "edit-backfill-job": {
    by: member,
    input: (w) => ({
      guru: w.guru.slug,
      id: randomUUID(),
      query: w.word(),
      contentType: "tickets",
      days: "7",
      intervalHours: "1",
    }),
    shown: {},
  },
  "pause-backfill-job": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, id: randomUUID(), paused: "on" }),
    shown: {},
  },
  "sync-backfill-job": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "delete-backfill-job": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "begin-backfill-run": {
    by: () => systemPrincipal,
    input: async (w) => ({ backfillJobId: await beingSynced(w) }),
    shown: {},
    silent: true,
  },
  "keep-backfilled-items": {
    by: () => systemPrincipal,
    input: async (w) => ({
      backfillJobId: await beingSynced(w),
      claim: 1,
      kind: "JIRA",
      found: 1,
      items: [
        {
          key: w.word(),
          title: w.word(),
          url: `https://jira.invalid/${w.word()}`,
          version: w.word(),
          format: "markdown",
          text: w.word(),
        },
      ],
      next: null,
      leftOut: 0,
    }),
    shown: {
      "items[].title": itemTitle,
      "items[].text": async (event, text, w) => [
        await w.columnOf("data_source", "content", event.target_id),
        text,
      ],
    },
    silent: true,
  },
  "end-backfill-run": {
    by: () => systemPrincipal,
    input: async (w) => ({ backfillJobId: await beingSynced(w), claim: 1, status: "FAILED", note: w.word() }),
    // A run without a word of its own shows none.
    shown: { note: (event, text) => [event.details.message ?? "", text] },
    silent: true,
  },
};
