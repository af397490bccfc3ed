import "server-only";
import { asc, eq } from "drizzle-orm";
import { type ReadDb, schema } from "@/lib/db/client";
import { anyone, onGuru, throughWidget } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import type { SiteCall } from "@/lib/gate/widget-door";
import { cleanText } from "@/lib/platform/clean-text";
import { runtime } from "@/lib/platform/runtime";
import { mostWidgets } from "./schemas";
import { widgetSnippet } from "./snippet";

/** The widgets of a guru by domain, each with what goes into its site's pages. */
export const guruWidgets = query({
  allow: onGuru<string>("widget:manage", (ref) => ref),
  async run({ db, scope }) {
    const { widget, account } = schema;
    const rows = await db
      .select({
        id: widget.id,
        publicId: widget.publicId,
        domain: widget.domain,
        createdBy: account.email,
        createdAt: widget.createdAt,
      })
      .from(widget)
      .leftJoin(account, eq(account.id, widget.createdBy))
      .where(eq(widget.guruId, scope.guru.id))
      .orderBy(asc(widget.domain))
      .limit(mostWidgets);
    const { baseUrl } = runtime();
    const widgets = rows.map(({ publicId, ...row }) => ({
      ...row,
      snippet: widgetSnippet({ publicId, baseUrl }),
    }));
    return { guru: scope.guru, widgets };
  },
});

/** What a widget shows of its guru before anybody asks. */
export const widgetGuru = query({
  allow: throughWidget<SiteCall>(),
  async run({ db, scope }) {
    const { guru } = schema;
    const [found] = await db
      .select({
        name: guru.name,
        slug: guru.slug,
        logoType: guru.logoType,
        exampleQuestions: guru.exampleQuestions,
      })
      .from(guru)
      .where(eq(guru.id, scope.guru.id));
    return found ?? null;
  },
});

/** The picture of a widget's guru; the id is in the pages of its site for everybody, and so is the picture. */
export const widgetIcon = query({
  allow: anyone,
  async run({ db, input: publicId }: { db: ReadDb; input: string }) {
    const { widget, guru } = schema;
    // A NUL would make the query fail.
    const [found] = await db
      .select({ data: guru.logo, type: guru.logoType })
      .from(widget)
      .innerJoin(guru, eq(guru.id, widget.guruId))
      .where(eq(widget.publicId, cleanText(publicId, 100)));
    return found?.data && found.type ? { data: found.data, type: found.type } : null;
  },
});
