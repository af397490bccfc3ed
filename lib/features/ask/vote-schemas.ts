import { z } from "zod";
import { isUuid } from "@/lib/platform/ids";

export const rateAnswerInput = z.strictObject({
  guru: z.string().min(1).max(64),
  questionId: z.string("Choose an answer.").refine(isUuid, "Choose an answer of yours."),
  vote: z.enum(["up", "down", "none"], "Say up, down or none."),
});
