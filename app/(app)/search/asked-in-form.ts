import { readSearchAddress } from "@/components/code/search-address";
import type { SearchAsked } from "@/components/code/search-types";

/** What a form of the page sent; anybody can send anything. */
export function askedInForm(form: FormData): SearchAsked {
  const texts = (name: string) => form.getAll(name).filter((value) => typeof value === "string");
  return readSearchAddress({
    query: texts("query"),
    repo: texts("repo"),
    lang: texts("lang"),
    matches: texts("matches"),
  });
}
