import "server-only";
import { and, asc, count, eq, or, sql } from "drizzle-orm";
import { guruStanding } from "@/lib/access/guru-standing";
import type { GuruStanding } from "@/lib/access/permissions";
import { accountOf } from "@/lib/access/principal";
import { schema } from "@/lib/db/client";
import { inOrganization, onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";

const nobody = "00000000-0000-0000-0000-000000000000";

/** The gurus that the caller may see, by name, with how they stand to each. */
export const visibleGurus = query({
  allow: inOrganization<null>("guru:list"),
  async run({ db, principal }) {
    const { guru, guruRole } = schema;
    const owner = (principal.kind === "user" || principal.kind === "api_key") && principal.role === "owner";
    const rows = await db
      .select({
        id: guru.id,
        slug: guru.slug,
        name: guru.name,
        description: guru.description,
        visibility: guru.visibility,
        role: guruRole.role,
        sources: sql<number>`(select count(*)::int from data_source s where s.guru_id = "guru"."id")`,
      })
      .from(guru)
      .leftJoin(
        guruRole,
        and(eq(guruRole.guruId, guru.id), eq(guruRole.accountId, accountOf(principal) ?? nobody)),
      )
      .where(
        and(
          eq(guru.orgId, principal.orgId),
          owner ? undefined : or(eq(guru.visibility, "organization"), sql`${guruRole.role} is not null`),
        ),
      )
      .orderBy(asc(guru.name), asc(guru.id));
    return rows.map(({ role, ...row }) => ({ ...row, standing: standingIn(owner, role) }));
  },
});

function standingIn(owner: boolean, role: "maintainer" | "viewer" | null): GuruStanding {
  return owner ? "maintainer" : (role ?? "visitor");
}

/** What every page of a guru needs: its name, and how the caller stands to it. */
export const guruOverview = query({
  allow: onGuru<string>("guru:see", (ref) => ref),
  async run({ db, input, principal, scope }) {
    const found = await guruStanding(db, principal, input);
    return { ...scope.guru, standing: found?.standing ?? "visitor" };
  },
});

/** The Ask page of a guru: what it says of itself. */
export const guruProfile = query({
  allow: onGuru<string>("guru:see", (ref) => ref),
  async run({ db, scope }) {
    const { guru, dataSource } = schema;
    const [found] = await db
      .select({
        description: guru.description,
        topics: guru.topics,
        introText: guru.introText,
        exampleQuestions: guru.exampleQuestions,
        hasLogo: sql<boolean>`${guru.logo} is not null`,
      })
      .from(guru)
      .where(eq(guru.id, scope.guru.id));
    const [sources] = await db
      .select({ ready: count() })
      .from(dataSource)
      .where(and(eq(dataSource.guruId, scope.guru.id), sql`${dataSource.shownRun} > 0`));
    const empty = {
      description: "",
      topics: "",
      introText: "",
      exampleQuestions: [] as string[],
      hasLogo: false,
    };
    return { ...scope.guru, ...(found ?? empty), ready: sources?.ready ?? 0 };
  },
});

/** Everything that the settings form shows. */
export const guruSettings = query({
  allow: onGuru<string>("guru:update", (ref) => ref),
  async run({ db, scope }) {
    const { guru } = schema;
    const [found] = await db
      .select({
        id: guru.id,
        slug: guru.slug,
        name: guru.name,
        description: guru.description,
        topics: guru.topics,
        introText: guru.introText,
        exampleQuestions: guru.exampleQuestions,
        instructions: guru.instructions,
        visibility: guru.visibility,
        hasLogo: sql<boolean>`${guru.logo} is not null`,
        sources: sql<number>`(select count(*)::int from data_source s where s.guru_id = "guru"."id")`,
      })
      .from(guru)
      .where(eq(guru.id, scope.guru.id));
    return found ?? null;
  },
});

/** The logo's bytes. */
export const guruLogo = query({
  allow: onGuru<string>("guru:see", (ref) => ref),
  async run({ db, scope }) {
    const { guru } = schema;
    const [found] = await db
      .select({ data: guru.logo, type: guru.logoType })
      .from(guru)
      .where(eq(guru.id, scope.guru.id));
    return found?.data && found.type ? { data: found.data, type: found.type } : null;
  },
});
