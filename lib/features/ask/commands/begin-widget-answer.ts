import "server-only";
import { z } from "zod";
import { guruAsked } from "@/lib/audit/catalogue/gurus";
import { throughWidget } from "@/lib/gate/allow";
import { takeAnswerTurn } from "@/lib/gate/answer-turns";
import { around } from "@/lib/gate/around";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { beginQuestion } from "../begin-question";
import { inSearchTurn } from "../in-search-turn";
import { askGuruInput } from "../schemas";

const askThroughWidgetInput = z.strictObject({
  widget: z.string().max(200),
  origin: z.string().max(500).nullable(),
  question: askGuruInput.shape.question,
});

const begin = sensitiveRead({
  name: "ask-guru-through-widget",
  input: askThroughWidgetInput,
  allow: throughWidget<{ widget: string; origin: string | null }>(),
  event: guruAsked,
  target: ({ scope }) => ({ id: scope?.guru.id ?? "widget" }),
  run: ({ tx, input: { question }, principal, request, scope: { guru, widgetId } }) =>
    beginQuestion({ tx, guru, question, door: "widget", principal, request, kept: { widgetId } }),
});

/** A visitor of a widget's site asks; like `beginAnswer` otherwise. The visitor is nobody, known by the address alone. */
export const beginWidgetAnswer = around(
  begin,
  askThroughWidgetInput,
  async (input, { principal, request }, proceed) => {
    await takeAnswerTurn(principal, request);
    return inSearchTurn({ principal, request }, () => proceed({ input }));
  },
);
