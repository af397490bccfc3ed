/** Every background job and what it carries. Queue names are made at migration (scripts/serve/migrate.ts). */
export interface Jobs {
  "index-data-source": { dataSourceId: string };
  "index-website": { dataSourceId: string };
  "index-repository": { dataSourceId: string };
  "reread-repository": { dataSourceId: string };
  "crawl-website": { crawlId: string };
  "verify-log": { verificationId: string };
}
export type JobName = keyof Jobs;
export type JobData<N extends JobName> = Jobs[N];

export const jobNames: readonly JobName[] = [
  "index-data-source",
  "index-website",
  "index-repository",
  "reread-repository",
  "crawl-website",
  "verify-log",
];
