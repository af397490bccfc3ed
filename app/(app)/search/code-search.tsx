"use client";
import type { ComponentProps } from "react";
import { SearchPage } from "@/components/code/search-page";
import { completionsAt } from "@/lib/features/code-search/query/complete";
import { searchCodeAction } from "./actions";

/** The page with what it does: how it searches, and how its field completes. */
export function CodeSearch(props: Omit<ComponentProps<typeof SearchPage>, "action" | "complete">) {
  return <SearchPage {...props} action={searchCodeAction} complete={completionsAt} />;
}
