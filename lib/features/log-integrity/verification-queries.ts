import "server-only";
import { sql } from "drizzle-orm";
import type { Finding } from "@/lib/audit/proof/verify/findings";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";

export type VerificationState = "waiting" | "running" | "passed" | "failed" | "error";

/** A verification of the whole log, as the page shows it. */
export interface VerificationStatus {
  id: string;
  state: VerificationState;
  /** E-mail of the person who asked; null for System. */
  askedBy: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Events whose content was compared with the tree. */
  events: number;
  /** Leaves of the tree. */
  size: number | null;
  /** Size of the newest checkpoint that was checked. */
  checkpointSize: number | null;
  /** 0 to 100. */
  progress: number;
  durationMs: number | null;
  /** The first hundred. */
  findings: Finding[];
  findingCount: number;
  /** Why it could not be done. */
  problem: string | null;
}

type Row = { [K in keyof VerificationStatus]: VerificationStatus[K] };

/** The newest verifications of the caller's organization, newest first, ten at most. For owner and auditor. */
export const latestVerifications = query<null, null, VerificationStatus[]>({
  allow: inOrganization("audit:verify"),
  async run({ db, principal }) {
    const rows = await db.execute<Row>(sql`
      select id, state, asked_by->>'email' as "askedBy", created_at as "createdAt", started_at as "startedAt",
        finished_at as "finishedAt", events::float8 as events, size::float8 as size,
        checkpoint_size::float8 as "checkpointSize", progress, duration_ms::float8 as "durationMs", findings,
        finding_count::float8 as "findingCount", problem
      from audit_verification where org_id = ${principal.orgId} order by created_at desc limit 10`);
    return [...rows].map((row) => ({
      ...row,
      createdAt: new Date(row.createdAt),
      startedAt: row.startedAt && new Date(row.startedAt),
      finishedAt: row.finishedAt && new Date(row.finishedAt),
    }));
  },
});
