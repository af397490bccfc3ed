import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { knownLanguages } from "@/lib/platform/code/languages";
import { visibleRepositories } from "./repositories";

const nobody = "00000000-0000-0000-0000-000000000000";
/** More gurus than one say only that there are several. */
const ownGurusAtMost = 2;

/** What the search page knows before anything is searched: what may be searched, and how far its index is. */
export const searchFacts = query({
  allow: inOrganization<null>("code:search"),
  async run({ db, principal }) {
    const { guru, guruRole } = schema;
    const repositories = await visibleRepositories(db, principal);
    const role = principal.kind === "user" || principal.kind === "api_key" ? principal.role : null;
    // An auditor stands to no guru, whatever rows remain (lib/access/guru-standing.ts).
    const mayOwn =
      role === "owner" ? undefined : role === "member" ? sql`${guruRole.role} = 'maintainer'` : sql`false`;
    const ownGurus = await db
      .select({ name: guru.name, slug: guru.slug })
      .from(guru)
      .leftJoin(
        guruRole,
        and(eq(guruRole.guruId, guru.id), eq(guruRole.accountId, accountOf(principal) ?? nobody)),
      )
      .where(and(eq(guru.orgId, principal.orgId), mayOwn))
      .orderBy(asc(guru.name))
      .limit(ownGurusAtMost);
    return {
      repositories: repositories.map(({ name, guru: of, generation, isOutdated, problem }) => ({
        name,
        guru: { name: of.name, slug: of.slug },
        isIndexed: generation > 0,
        isOutdated,
        problem,
      })),
      languages: [...knownLanguages],
      ownGurus,
    };
  },
});
