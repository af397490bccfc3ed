import "server-only";
import { and, asc, eq } from "drizzle-orm";
import { mayInOrganization } from "@/lib/access/permissions";
import type { Principal } from "@/lib/access/principal";
import { type ReadDb, schema } from "@/lib/db/client";
import { codeFormat } from "@/lib/platform/code/format";
import type { VisibleRepository } from "./engine/types";
import { withTags } from "./revisions";

/**
 * The repositories in which somebody may search: those of the gurus in which they hold a role, and all of them for the
 * owner of the organization. Whoever merely sees a guru because it is visible to the organization sees none of its code.
 * @returns by name
 */
export async function visibleRepositories(
  db: Pick<ReadDb, "select">,
  principal: Principal,
): Promise<VisibleRepository[]> {
  if (principal.kind !== "user" && principal.kind !== "api_key") return [];
  if (!mayInOrganization(principal, "code:search")) return [];
  // As for a guru's standing: rows of a role that remain count for members alone.
  if (principal.role !== "owner" && principal.role !== "member") return [];
  const { codeRepository, guru, guruRole } = schema;
  const all = db
    .select({ repository: codeRepository, guru: { id: guru.id, slug: guru.slug, name: guru.name } })
    .from(codeRepository)
    .innerJoin(guru, and(eq(guru.id, codeRepository.guruId), eq(guru.orgId, principal.orgId)));
  const theirs =
    principal.role === "owner"
      ? all
      : all.innerJoin(
          guruRole,
          and(eq(guruRole.guruId, guru.id), eq(guruRole.accountId, principal.accountId)),
        );
  const rows = await theirs.orderBy(asc(codeRepository.name), asc(codeRepository.number));
  return rows.map(({ repository, guru }) => ({
    sourceId: repository.sourceId,
    number: repository.number,
    name: repository.name,
    guru,
    webUrl: repository.webUrl,
    branches: withTags(repository.heads, repository.tags),
    tagsNote: repository.tagsNote,
    generation: repository.generation,
    isOutdated: repository.generation > 0 && formatOf(repository.basis) !== codeFormat,
    files: repository.files,
    bytes: repository.bytes,
    indexedAt: repository.indexedAt,
    problem: repository.problem,
  }));
}

/** Of the index that readers read; a run changes it together with the generation. */
const formatOf = (basis: unknown): unknown =>
  typeof basis === "object" && basis !== null && "format" in basis ? basis.format : null;
