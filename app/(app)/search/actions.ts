"use server";
import { toAction } from "@/lib/gate/to-action";
import { askedInForm } from "./asked-in-form";
import { shownSearch } from "./shown-search";

export const searchCodeAction = toAction(shownSearch, { input: askedInForm });
