import { itemKinds } from "@/lib/db/item-kinds";
import type { JobName } from "@/lib/jobs/jobs";
import type { SourceToRead } from "./text-piece";

/**
 * The job that indexes a source of this kind. Each job is done one at a time: a slow site holds up other pages, and
 * thousands of items of a service each other, but no file and no repository.
 */
export function indexingJob(
  kind: SourceToRead["kind"],
): Exclude<Extract<JobName, `index-${string}`>, "index-code"> {
  if (kind === "WEBSITE") return "index-website";
  if (kind === "GITHUB_REPO") return "index-repository";
  if (itemKinds.some((each) => each === kind)) return "index-item";
  return "index-data-source";
}
