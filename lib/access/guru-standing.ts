import "server-only";
import { and, eq, or, sql } from "drizzle-orm";
import { type ReadDb, schema } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";
import type { GuruStanding } from "./permissions";
import { accountOf, type Principal } from "./principal";

export interface GuruFacts {
  id: string;
  slug: string;
  name: string;
  visibility: "private" | "organization";
}

/** Ids and slugs alike; anything else (a NUL would make the query fail) names no guru. */
const refShape = /^[a-z0-9-]{1,64}$/i;

/**
 * A guru of the principal's organization, and how the principal stands to it.
 * @param guruRef its id, or its slug as it stands in addresses
 * @returns null when the organization has no such guru; standing null when it may not be seen
 */
export async function guruStanding(
  db: Pick<ReadDb, "select">,
  principal: Principal,
  guruRef: string,
): Promise<{ guru: GuruFacts; standing: GuruStanding | null } | null> {
  if (!refShape.test(guruRef)) return null;
  const { guru, guruRole } = schema;
  // Cleaned as the slugs are: a NUL would make the query fail where nothing is to be found.
  const slug = cleanText(guruRef);
  // A slug may look like an id. The id goes first: nobody can take over another guru's address by a slug.
  const which = isUuid(guruRef) ? or(eq(guru.id, guruRef), eq(guru.slug, slug)) : eq(guru.slug, slug);
  const account = accountOf(principal);
  const [found] = await db
    .select({
      id: guru.id,
      slug: guru.slug,
      name: guru.name,
      visibility: guru.visibility,
      role: guruRole.role,
    })
    .from(guru)
    .leftJoin(
      guruRole,
      and(
        eq(guruRole.guruId, guru.id),
        eq(guruRole.accountId, account ?? "00000000-0000-0000-0000-000000000000"),
      ),
    )
    .where(and(eq(guru.orgId, principal.orgId), which))
    .orderBy(sql`${guru.id}::text = lower(${slug}) desc`)
    .limit(1);
  if (!found) return null;
  const { role, ...facts } = found;
  return { guru: facts, standing: standingOf(principal, facts.visibility, role) };
}

function standingOf(
  principal: Principal,
  visibility: "private" | "organization",
  role: "maintainer" | "viewer" | null,
): GuruStanding | null {
  if (principal.kind !== "user" && principal.kind !== "api_key") return null;
  if (principal.role === "owner") return "maintainer";
  // Without a membership (removed, waiting) or as auditor nobody stands to any guru, whatever rows remain.
  if (principal.role !== "member") return null;
  if (role) return role;
  return visibility === "organization" ? "visitor" : null;
}
