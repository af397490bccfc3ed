import "server-only";
import { and, desc, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { throughWidget } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import type { SiteCall } from "@/lib/gate/widget-door";
import { cleanText } from "@/lib/platform/clean-text";
import { safeLink } from "./rules";
import type { Outcome } from "./schemas";

/** What broke off or failed is no answer to give again. */
const whole: Outcome[] = ["quoted", "written", "nothing_found", "not_answered"];
/** Given again for a moment only, to whoever was just told: asking it anew would search at once what was too slow. */
const passing: Outcome = "search_timed_out";

const since = (age: SQL) => sql`${schema.question.createdAt} > gurulog_now() - ${age}`;

/** An answer that a visitor of the site was given a moment ago, with where it is from. */
export interface ExistingAnswer {
  questionId: string;
  question: string;
  text: string | null;
  outcome: Outcome;
  trustScore: number;
  references: { title: string; link: string | null }[];
}

/**
 * The answer that was given to this very question through this widget a moment ago: after the text was streamed, the
 * widget asks for what the stream did not say. Nothing is asked anew, so nothing is recorded.
 * @returns null when there is none, or it is still being written
 */
export const existingAnswer = query({
  allow: throughWidget<SiteCall & { question: string }>(),
  async run({ db, input, scope }): Promise<ExistingAnswer | null> {
    const { question, dataSource } = schema;
    const [found] = await db
      .select({
        questionId: question.id,
        question: question.text,
        text: question.answer,
        outcome: question.outcome,
        trustScore: question.trustScore,
        references: question.references,
      })
      .from(question)
      .where(
        and(
          eq(question.widgetId, scope.widgetId),
          eq(question.text, cleanText(input.question)),
          or(
            and(inArray(question.outcome, whole), since(sql`interval '10 minutes'`)),
            and(eq(question.outcome, passing), since(sql`interval '1 minute'`)),
          ),
        ),
      )
      .orderBy(desc(question.createdAt))
      .limit(1);
    if (!found?.outcome) return null;
    const ids = found.references as string[];
    const sources =
      ids.length === 0
        ? []
        : await db
            .select({ id: dataSource.id, title: dataSource.title, url: dataSource.url })
            .from(dataSource)
            .where(and(eq(dataSource.guruId, scope.guru.id), inArray(dataSource.id, ids)));
    const references = ids.flatMap((id) => {
      const source = sources.find((one) => one.id === id);
      return source ? [{ title: source.title, link: safeLink(source.url) }] : [];
    });
    return { ...found, outcome: found.outcome, trustScore: found.trustScore ?? 0, references };
  },
});
