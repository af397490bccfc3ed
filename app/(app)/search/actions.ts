"use server";
import { toAction } from "@/lib/gate/to-action";
import { askedInForm } from "./filtered-query";
import { shownSearch } from "./shown-search";

export const searchCodeAction = toAction(shownSearch, { input: askedInForm });
