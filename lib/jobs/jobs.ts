/** Every background job and what it carries. Queue names are made at migration (scripts/serve/migrate.ts). */
export interface Jobs {
  "index-data-source": { dataSourceId: string };
  "index-website": { dataSourceId: string };
  "index-repository": { dataSourceId: string };
  "index-item": { dataSourceId: string };
  "reread-repository": { dataSourceId: string };
  "index-code": { dataSourceId: string };
  "crawl-website": { crawlId: string };
  "run-backfill-job": { backfillJobId: string };
  "run-excel-job": { excelJobId: string };
  "answer-message": { messageId: string };
  "verify-log": { verificationId: string };
}
export type JobName = keyof Jobs;
export type JobData<N extends JobName> = Jobs[N];

export const jobNames: readonly JobName[] = [
  "index-data-source",
  "index-website",
  "index-repository",
  "index-item",
  "reread-repository",
  "index-code",
  "crawl-website",
  "run-backfill-job",
  "run-excel-job",
  "answer-message",
  "verify-log",
];
