import { newestFirst as byTimeAndId, erasedActorSql } from "@/lib/audit/query/row";
import type { ExportView } from "./format";

/** A column of the table as an export shows it. */
export interface ExportColumn {
  header: string;
  /** Its text, never null, in terms of `audit_event e`. */
  sql: string;
  /** A second step, in terms of the text of the first: what is mentioned twice would be made twice. */
  finish?: (text: string) => string;
  /** Holds text from outside. The others are of our own making: times, addresses, names of the catalogue. */
  outside: boolean;
  /** The text is JSON: it begins with a brace, and control characters are escaped in it. */
  isJson?: true;
  /** Width in characters, for formats that know widths. */
  width: number;
}

const inGuru = "e.guru_id is not null";
/** Snapshots: what the guru was called then. That it is gone now is said beside it. */
const guruName = `
  case when ${inGuru} then coalesce(nullif(e.guru_name, ''), e.guru_slug, case when e.subject_digest is not null then '[erased]' end, '-')
    || case when e.guru_id in (select id from retired_guru) then ' (deleted)' else '' end
  else '-' end`;
/** Written out, not built as an object, so that the keys stand in this order. */
const details = `
  '{"changes":' || e.changes::text || ',"details":' || e.details::text || ',"metadata":' || coalesce(e.metadata::text, 'null') || '}'`;

/** The four that a check of the table allows. */
const badge = `case e.action_type when 'access' then 'Access' when 'created' then 'Created' when 'updated' then 'Updated'
  else initcap(e.action_type) end`;

const all: readonly (ExportColumn & { globalOnly?: true })[] = [
  {
    header: "Time (UTC)",
    // As to_char(…, 'YYYY-MM-DD HH24:MI:SS.MS'), which takes four times as long: the text ends with the last digit that is
    // no zero. Cut, not rounded.
    sql: "(e.occurred_at at time zone 'UTC')::text",
    finish: (text) => `left(${text} || case when octet_length(${text}) = 19 then '.000' else '000' end, 23)`,
    outside: false,
    width: 24,
  },
  {
    header: "User",
    sql: `case e.actor_type when 'system' then 'System' when 'anonymous' then 'Anonymous'
      else coalesce(e.actor_email, ${erasedActorSql}, '-') end`,
    outside: true,
    width: 30,
  },
  { header: "IP Address", sql: "coalesce(host(e.ip), '-')", outside: false, width: 18 },
  { header: "Guru", sql: guruName, outside: true, width: 20, globalOnly: true },
  { header: "Model", sql: "e.model", outside: false, width: 16 },
  { header: "Action", sql: badge, outside: false, width: 10 },
  { header: "Operation", sql: "e.operation", outside: false, width: 26 },
  { header: "Object", sql: "e.target_label", outside: true, width: 36 },
  { header: "Outcome", sql: "e.outcome", outside: false, width: 10 },
  { header: "Details", sql: details, outside: true, isJson: true, width: 80 },
];

/** The columns of a file, in order. A guru's own log has no Guru column. */
export function exportColumns(view: Pick<ExportView, "global">): ExportColumn[] {
  return all.filter((column) => view.global || !column.globalOnly);
}

/** The order of every page and file. */
export const newestFirst = `order by ${byTimeAndId}`;
