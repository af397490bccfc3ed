import "server-only";
import { accountOf } from "@/lib/access/principal";
import { dataSourceAdded } from "@/lib/audit/catalogue/gurus";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { withoutCredentials } from "@/lib/platform/fetching/web-address";
import { type AddedPage, addPages } from "../add-pages";
import { sourceFact } from "../source-facts";
import { addWebsiteSourcesInput } from "../website-schemas";

/**
 * A maintainer adds pages by their addresses: one source, one event and one job each. What exists already or is no address
 * is said of each and hinders none of the others; where nothing is left to add, the act is refused.
 */
export const addWebsiteSources = command({
  name: "add-website-sources",
  input: addWebsiteSourcesInput,
  allow: onGuru<{ guru: string }>("datasource:change", ({ guru }) => guru),
  event: dataSourceAdded,
  target: ({ input }) => ({ id: cleanText(withoutCredentials(input.urls[0] ?? "-"), 200) }),
  async run({ tx, input, principal, scope, enqueue }) {
    const about = { guruId: scope.guru.id, createdBy: accountOf(principal) };
    const { results, made } = await addPages(tx, about, input.urls);
    for (const source of made) await enqueue("index-website", { dataSourceId: source.id });
    const [first, ...others] = made.map((source) => sourceFact(source, scope.guru));
    if (!first) throw nothingAdded(results);
    return { value: { results }, audit: [first, ...others] };
  },
});

/** Named are the first few; a list of hundreds helps nobody. */
const named = 5;

function nothingAdded(results: AddedPage[]) {
  const reasons = results
    .slice(0, named)
    .map(({ url, message }) => `${cleanText(url, 120)}: ${message ?? ""}`);
  const more = results.length > named ? [`and ${results.length - named} more.`] : [];
  const text =
    results.length === 1
      ? (results[0]?.message ?? "")
      : `None of them was added. ${[...reasons, ...more].join(" ")}`;
  const code = results.every((one) => one.status === "exists") ? "exists" : "invalid";
  return refuse(code, text, { fieldErrors: { urls: [text] } });
}
