/** Every background job and what it carries. Queue names are made at migration (scripts/serve/migrate.ts). */
export interface Jobs {
  "index-data-source": { dataSourceId: string };
  "verify-log": { verificationId: string };
}
export type JobName = keyof Jobs;
export type JobData<N extends JobName> = Jobs[N];

export const jobNames: readonly JobName[] = ["index-data-source", "verify-log"];
