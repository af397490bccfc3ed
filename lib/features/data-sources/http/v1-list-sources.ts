import "server-only";
import { asc, count, eq } from "drizzle-orm";
import { z } from "zod";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { json } from "@/lib/gate/to-route";
import { v1Error, v1Failure, v1Route } from "@/lib/gate/v1";
import { runtime } from "@/lib/platform/runtime";

const mostPerPage = 1_000;
const usualPerPage = 100;

const whole = (most: number, fallback: number) =>
  z.preprocess(
    (v) => v ?? String(fallback),
    z
      .string()
      .regex(/^[1-9]\d{0,8}$/)
      .transform(Number)
      .refine((n) => n <= most),
  );
const pageOf = z.object({ page: whole(1_000_000, 1), page_size: whole(mostPerPage, usualPerPage) });

/** Sources in the order in which they were added, so that a page stays what it is while others are added. */
const sourcesPage = query({
  allow: onGuru<{ guru: string; page: number; perPage: number }>("datasource:read", ({ guru }) => guru),
  async run({ db, input: { page, perPage }, scope }) {
    const { dataSource } = schema;
    const ofGuru = eq(dataSource.guruId, scope.guru.id);
    const rows = await db
      .select({
        id: dataSource.id,
        kind: dataSource.kind,
        title: dataSource.title,
        url: dataSource.url,
        status: dataSource.status,
        error: dataSource.error,
        sizeBytes: dataSource.sizeBytes,
        createdAt: dataSource.createdAt,
        updatedAt: dataSource.updatedAt,
        indexedAt: dataSource.indexedAt,
      })
      .from(dataSource)
      .where(ofGuru)
      .orderBy(asc(dataSource.id))
      .limit(perPage)
      .offset((page - 1) * perPage);
    const [total] = await db.select({ n: count() }).from(dataSource).where(ofGuru);
    return { rows, total: total?.n ?? 0 };
  },
});

/** `GET /api/v1/{guru}/data-sources/?page=&page_size=`: the sources of a guru. */
export const getSources = v1Route<{ guru: string }>(async ({ request, params, facts, principal }) => {
  const url = new URL(request.url);
  const asked = pageOf.safeParse(Object.fromEntries(url.searchParams));
  if (!asked.success)
    return v1Error(400, `page is a whole number from 1, page_size one from 1 to ${mostPerPage}.`);
  const { page, page_size: perPage } = asked.data;
  const found = await sourcesPage.execute({
    principal,
    request: facts,
    input: { guru: params.guru, page, perPage },
    isRecorded: request.method !== "HEAD",
  });
  if (!found.ok) return v1Failure(found);
  const { rows, total } = found.value;
  const address = (to: number) =>
    `${runtime().baseUrl}${url.pathname.replace(/\/?$/, "/")}?page=${to}&page_size=${perPage}`;
  const last = Math.max(1, Math.ceil(total / perPage));
  return json(200, {
    count: total,
    next: page < last ? address(page + 1) : null,
    previous: page > 1 ? address(Math.min(page - 1, last)) : null,
    results: rows.map((row) => ({
      id: row.id,
      type: row.kind,
      title: row.title,
      url: row.url,
      status: row.status,
      error: row.error,
      size_bytes: row.sizeBytes,
      date_created: row.createdAt.toISOString(),
      date_updated: row.updatedAt.toISOString(),
      last_indexed: row.indexedAt?.toISOString() ?? null,
    })),
  });
});
