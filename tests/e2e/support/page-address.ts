import { pathOf, repositoryOf } from "./code-in-world";
import type { World } from "./roles-world";

/**
 * The address of a page of `pageTable`, with ids that are there.
 * @param of the guru whose ids they are, by default guru A
 */
export const pageAddress = (page: string, world: World, of: World["guruA"] = world.guruA): string =>
  page
    .replace("[guru]", of.slug)
    .replace("[...where]", `${repositoryOf(of.slug)}/-/blob/${pathOf(of.slug)}`)
    .replace("[id]", of.sourceId)
    .replace("[excelJob]", of.excelJobId)
    .replace("[search]", of.searchId)
    .replace("[service]", "slack")
    .replace("[job]", of.jobId)
    .replace("[account]", world.people.member.id);
