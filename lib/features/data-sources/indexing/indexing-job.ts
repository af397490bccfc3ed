import type { JobName } from "@/lib/jobs/jobs";
import type { SourceToRead } from "./text-piece";

/**
 * The job that indexes a source of this kind. Each job is done one at a time: a slow site holds up other pages, but no
 * file and no repository.
 */
export function indexingJob(kind: SourceToRead["kind"]) {
  if (kind === "WEBSITE") return "index-website" satisfies JobName;
  if (kind === "GITHUB_REPO") return "index-repository" satisfies JobName;
  return "index-data-source" satisfies JobName;
}
