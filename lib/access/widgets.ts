import "server-only";
import { randomBytes } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { type ReadDb, schema } from "@/lib/db/client";
import type { GuruFacts } from "./guru-standing";
import { theOrganization } from "./principal";
import { matchesDomain } from "./widget-domain";

/** 32 bytes in base64url. */
const publicIdShape = /^[A-Za-z0-9_-]{43}$/;

/** What stands in a site's pages for a widget. */
export const mintWidgetId = (): string => randomBytes(32).toString("base64url");

/**
 * The guru that a page may ask.
 * @param publicId as the page sent it
 * @param origin as the browser sent it
 * @returns null when there is no such widget, or the page is of another site: one answer for both
 */
export async function widgetOfSite(
  db: Pick<ReadDb, "select">,
  publicId: string,
  origin: string | null,
): Promise<{ widgetId: string; guru: GuruFacts } | null> {
  if (!publicIdShape.test(publicId)) return null;
  const { widget, guru } = schema;
  const [found] = await db
    .select({
      widgetId: widget.id,
      domain: widget.domain,
      guru: { id: guru.id, slug: guru.slug, name: guru.name, visibility: guru.visibility },
    })
    .from(widget)
    .innerJoin(guru, eq(guru.id, widget.guruId))
    .where(and(eq(widget.publicId, publicId), eq(guru.orgId, theOrganization)));
  if (!found || !matchesDomain(found.domain, origin)) return null;
  return { widgetId: found.widgetId, guru: found.guru };
}

/** Is there any widget for pages of this origin? A preflight does not say which it is about. */
export async function isSiteOfWidget(db: Pick<ReadDb, "execute">, origin: string | null): Promise<boolean> {
  if (origin === null || origin.length > 500) return false;
  const rows = await db.execute<{ domain: string }>(sql`
    select distinct domain from widget where domain = ${origin.toWellFormed().replaceAll("\0", "")} or position('*' in domain) > 0`);
  return [...rows].some(({ domain }) => matchesDomain(domain, origin));
}
