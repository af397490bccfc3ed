import "server-only";
import { and, asc, count, desc, eq, lt, lte, or, sql } from "drizzle-orm";
import { guruStanding } from "@/lib/access/guru-standing";
import { mayOnGuru } from "@/lib/access/permissions";
import { schema } from "@/lib/db/client";
import type { SourceSettings } from "@/lib/db/schema/gurus";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";
import { chosenOf } from "./repository-settings";
import type { SourceListQuery } from "./schemas";
import { unreachedInWords } from "./unreached";

const pageSize = 100;
const passagesPerPage = 40;

/**
 * The sources of a guru that fit the filter, newest first, a page at a time; `before` is the id of the last source of the
 * page before.
 */
export const guruSources = query({
  allow: onGuru<{ guru: string } & SourceListQuery>("datasource:read", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const { dataSource, account } = schema;
    const ofGuru = eq(dataSource.guruId, scope.guru.id);
    const fitting = and(
      ofGuru,
      input.kind ? eq(dataSource.kind, input.kind) : undefined,
      input.status ? eq(dataSource.status, input.status) : undefined,
      input.search
        ? sql`strpos(lower(${dataSource.title}), lower(${cleanText(input.search)})) > 0`
        : undefined,
    );
    const rows = await db
      .select({
        id: dataSource.id,
        kind: dataSource.kind,
        title: dataSource.title,
        sizeBytes: dataSource.sizeBytes,
        status: dataSource.status,
        error: dataSource.error,
        settings: dataSource.settings,
        passages: dataSource.passages,
        progressBytes: dataSource.progressBytes,
        progressDone: dataSource.progressDone,
        progressTotal: dataSource.progressTotal,
        progressNote: dataSource.progressNote,
        addedBy: account.email,
        updatedAt: dataSource.updatedAt,
      })
      .from(dataSource)
      .leftJoin(account, eq(account.id, dataSource.createdBy))
      .where(and(fitting, input.before && isUuid(input.before) ? lt(dataSource.id, input.before) : undefined))
      .orderBy(desc(dataSource.id))
      .limit(pageSize + 1);
    const [total] = await db.select({ n: count() }).from(dataSource).where(ofGuru);
    const [found] = await db.select({ n: count() }).from(dataSource).where(fitting);
    const [waiting] = await db
      .select({ n: count() })
      .from(dataSource)
      .where(and(ofGuru, or(eq(dataSource.status, "NOT_PROCESSED"), eq(dataSource.status, "PROCESSING"))));
    const sources = rows.slice(0, pageSize).map(shown);
    const next = rows.length > pageSize ? (sources.at(-1)?.id ?? null) : null;
    return {
      guru: scope.guru,
      sources,
      total: total?.n ?? 0,
      found: found?.n ?? 0,
      waiting: waiting?.n ?? 0,
      next,
    };
  },
});

/**
 * One source with a page of its passages, for whoever may ask the guru: the answers' links lead here. Its `upkeep` is for
 * those who may read the list of sources: size, progress, and why it failed, which may name a secret or a server.
 * @returns null when the guru has no such source
 */
export const sourcePassages = query({
  allow: onGuru<{ guru: string; id: string; from?: number | undefined }>("guru:see", ({ guru }) => guru),
  async run({ db, input, principal, scope }) {
    const { dataSource, passage } = schema;
    if (!isUuid(input.id)) return null;
    const [source] = await db
      .select({
        id: dataSource.id,
        kind: dataSource.kind,
        title: dataSource.title,
        sizeBytes: dataSource.sizeBytes,
        status: dataSource.status,
        error: dataSource.error,
        settings: dataSource.settings,
        passages: dataSource.passages,
        progressBytes: dataSource.progressBytes,
        progressDone: dataSource.progressDone,
        progressTotal: dataSource.progressTotal,
        progressNote: dataSource.progressNote,
        shownRun: dataSource.shownRun,
      })
      .from(dataSource)
      .where(and(eq(dataSource.guruId, scope.guru.id), eq(dataSource.id, input.id)));
    if (!source) return null;
    // Pages begin at fixed places, so that a link to a passage leads to the page that has it.
    const from = Math.floor(Math.max(0, input.from ?? 0) / passagesPerPage) * passagesPerPage;
    const rows = await db
      .select({
        ordinal: passage.ordinal,
        heading: passage.heading,
        locator: passage.locator,
        url: passage.url,
        content: passage.content,
      })
      .from(passage)
      .where(
        and(
          eq(passage.dataSourceId, source.id),
          eq(passage.run, source.shownRun),
          sql`${passage.ordinal} >= ${from}`,
          lte(passage.ordinal, from + passagesPerPage - 1),
        ),
      )
      .orderBy(asc(passage.ordinal));
    const { id, kind, title, passages, shownRun, ...upkeep } = shown(source);
    const isUnderWay = source.status === "NOT_PROCESSED" || source.status === "PROCESSING";
    const standing = await guruStanding(db, principal, scope.guru.id);
    const isTheirs = mayOnGuru(principal, "datasource:read", standing?.standing ?? null);
    return {
      guru: scope.guru,
      source: { id, kind, title, passages, isUnderWay },
      upkeep: isTheirs ? upkeep : null,
      from,
      perPage: passagesPerPage,
      rows,
    };
  },
});

/**
 * What a person has chosen of a repository, for its settings.
 * @returns null when the guru has no such source, or it is no repository
 */
export const repositorySettings = query({
  allow: onGuru<{ guru: string; id: string }>("datasource:read", ({ guru }) => guru),
  async run({ db, input, scope }) {
    const { dataSource } = schema;
    if (!isUuid(input.id)) return null;
    const [source] = await db
      .select({ settings: dataSource.settings })
      .from(dataSource)
      .where(
        and(
          eq(dataSource.guruId, scope.guru.id),
          eq(dataSource.id, input.id),
          eq(dataSource.kind, "GITHUB_REPO"),
        ),
      );
    return source ? chosenOf(source.settings) : null;
  },
});

/** Of its settings the pages need nothing but what they say of its host. */
function shown<T extends { settings: SourceSettings }>({ settings, ...source }: T) {
  return { ...source, unreached: unreachedInWords(settings) };
}
