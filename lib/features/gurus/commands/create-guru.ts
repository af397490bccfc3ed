import "server-only";
import { and, eq, or, sql } from "drizzle-orm";
import { holdMembership } from "@/lib/access/members";
import { accountOf } from "@/lib/access/principal";
import { guruCreated } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { createGuruInput } from "../schemas";

/** A member makes a guru and becomes its maintainer. */
export const createGuru = command({
  name: "create-guru",
  input: createGuruInput,
  allow: inOrganization("guru:create", ({ slug }) => slug),
  event: guruCreated,
  target: ({ input }) => ({ id: input.slug }),
  async run({ tx, input, principal }) {
    const accountId = accountOf(principal);
    if (!accountId) throw refuse("unauthenticated", "Please sign in first.");
    if ((await holdMembership(tx, accountId)) === "auditor")
      throw refuse("forbidden", "You are an auditor now, and can hold no role in a guru.");
    await refuseRetiredSlug(tx, principal.orgId, input.slug);
    const name = cleanText(input.name);
    const [made] = await tx
      .insert(schema.guru)
      .values({
        orgId: principal.orgId,
        slug: input.slug,
        name,
        description: cleanText(input.description),
        topics: cleanText(input.topics),
        introText: cleanText(input.introText),
        exampleQuestions: input.exampleQuestions.map((q) => cleanText(q)),
        instructions: cleanText(input.instructions),
        visibility: input.visibility,
        logo: input.logo ? Buffer.from(input.logo.base64, "base64") : null,
        logoType: input.logo?.type ?? null,
      })
      .onConflictDoNothing({ target: [schema.guru.orgId, schema.guru.slug] })
      .returning({ id: schema.guru.id });
    if (!made) throw takenSlug("A guru with this slug exists already. Choose another slug.");
    await tx.insert(schema.guruRole).values({ guruId: made.id, accountId, role: "maintainer" });
    const guru = { id: made.id, slug: input.slug, name };
    return {
      value: guru,
      targetId: made.id,
      audit: {
        target: { id: made.id },
        label: name,
        guru,
        details: { maintainer: "email" in principal ? principal.email : accountId },
      },
    };
  },
});

const takenSlug = (message: string) => refuse("exists", message, { fieldErrors: { slug: [message] } });

/** A new guru never inherits an old log: while a deleted guru's events are kept, its slug is too. */
async function refuseRetiredSlug(tx: Tx, orgId: number, slug: string): Promise<void> {
  const { retiredGuru } = schema;
  const [found] = await tx
    .select({ id: retiredGuru.id })
    .from(retiredGuru)
    .where(
      and(
        eq(retiredGuru.orgId, orgId),
        eq(retiredGuru.slug, slug),
        or(
          sql`${retiredGuru.deletedAt} >= audit_cutoff()`,
          // An export that it had asked for may have ended after the guru did.
          sql`exists (select from audit_event e where e.org_id = ${orgId} and e.guru_id = retired_guru.id
            and e.occurred_at >= audit_cutoff())`,
        ),
      ),
    )
    .limit(1);
  if (!found) return;
  throw takenSlug("This slug belonged to a deleted guru whose audit log is still kept. Choose another slug.");
}
