"use server";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { toAction } from "@/lib/gate/to-action";

export const askGuruAction = toAction(askGuru);
