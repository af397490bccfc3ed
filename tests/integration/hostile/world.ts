import { randomUUID } from "node:crypto";
import type { UserPrincipal } from "@/lib/access/principal";
import { createTestProduct, type EventRow, type TestProduct } from "@/tests/support/product";
import { guruOf } from "../gurus/guru-for-tests";

export interface HostileWorld {
  product: TestProduct;
  owner: UserPrincipal;
  /** Makes gurus and maintains one. */
  member: UserPrincipal;
  guru: { id: string; slug: string };
  word(): string;
  /** A source that the worker is reading. */
  beingIndexed(): Promise<string>;
  /** A verification under way. */
  beingVerified(): Promise<string>;
  /** An Excel job under way. */
  excelJobUnderWay(): Promise<string>;
  /** One column of the row that an event is about. */
  columnOf(table: string, column: string, id: string): Promise<unknown>;
}

export type Event = EventRow & { user_agent: string | null };

export async function makeHostileWorld(): Promise<HostileWorld> {
  const product = await createTestProduct({
    GURULOG_AUDIT_RETENTION_DAYS: "90",
    // Mails are queued; nothing sends them here.
    SMTP_URL: "smtp://mail.invalid",
  });
  const { admin } = product;
  await admin`update organization set member_approval_required = false`;
  const owner = await product.person("owner@halden.example", "owner");
  const member = await product.person("member@halden.example");
  const guru = await guruOf(member);
  let words = 0;
  return {
    product,
    owner,
    member,
    guru,
    word() {
      words += 1;
      return `w${words}x${randomUUID().slice(0, 8)}`;
    },
    async beingIndexed() {
      const [row] = await admin<{ id: string }[]>`
        insert into data_source (guru_id, kind, title, content, sha256, status, index_run, run_claim)
        values (${guru.id}, 'TEXT', ${randomUUID()}, 'x', '\\x00', 'PROCESSING', 1, 1) returning id`;
      return row?.id ?? "";
    },
    async beingVerified() {
      await admin`update audit_verification set state = 'error' where state in ('waiting', 'running')`;
      const [row] = await admin<{ id: string }[]>`
        insert into audit_verification (org_id, state, attempts) values (1, 'running', 1) returning id`;
      return row?.id ?? "";
    },
    async excelJobUnderWay() {
      const [row] = await admin<{ id: string }[]>`
        insert into excel_job (guru_id, upload_id, file_name, size_bytes, sha256, sheet, sheet_name, header_row,
          question_column, answer_columns, state, run_claim)
        values (${guru.id}, gen_random_uuid(), 'a.xlsx', 1, '\\x00', 0, 'S', 1, 1, '{2}', 'running', 1) returning id`;
      return row?.id ?? "";
    },
    async columnOf(table, column, id) {
      const [row] = await admin`select ${admin(column)} as value from ${admin(table)} where id = ${id}`;
      return row?.value;
    },
  };
}
