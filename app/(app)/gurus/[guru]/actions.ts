"use server";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { rateAnswer } from "@/lib/features/ask/commands/rate-answer";
import { toAction } from "@/lib/gate/to-action";

export const askGuruAction = toAction(askGuru);
export const rateAnswerAction = toAction(rateAnswer, {
  message: ({ vote }) => (vote === null ? "Your vote is taken back." : "Thank you, your vote is kept."),
});
