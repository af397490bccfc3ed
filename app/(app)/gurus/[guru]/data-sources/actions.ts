"use server";
import { addCrawledPages } from "@/lib/features/data-sources/commands/add-crawled-pages";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { addTextSource } from "@/lib/features/data-sources/commands/add-text-source";
import { addWebsiteSources } from "@/lib/features/data-sources/commands/add-website-sources";
import { changeRepositorySource } from "@/lib/features/data-sources/commands/change-repository-source";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { startCrawl } from "@/lib/features/data-sources/commands/start-crawl";
import { stopCrawl } from "@/lib/features/data-sources/commands/stop-crawl";
import { toAction } from "@/lib/gate/to-action";

const named = (titles: string[]) =>
  titles.length === 1 ? `“${titles[0]}”` : `${titles.length} data sources`;

const pagesNamed = (n: number) => (n === 1 ? "One page" : `${n.toLocaleString("en-US")} pages`);

/** Each that was not added is named with its reason, up to a few. */
function pagesInWords(results: { url: string; status: string; message?: string }[]): string {
  const added = results.filter(({ status }) => status === "success").length;
  const others = results.filter(({ status }) => status !== "success");
  const named = others.slice(0, 3).map(({ url, message }) => `${url.slice(0, 80)}: ${message ?? ""}`);
  const more = others.length > 3 ? ` And ${others.length - 3} more.` : "";
  const rest = others.length > 0 ? ` Not added: ${named.join(" ")}${more}` : "";
  return `${pagesNamed(added)} added and being indexed.${rest}`;
}

export const addTextSourceAction = toAction(addTextSource, {
  message: (source) => `“${source.title}” ${source.updated ? "updated" : "added"}; it is being indexed.`,
  revalidate: ["/gurus"],
});
export const addFileSourceAction = toAction(addFileSource, {
  message: (source) => `“${source.title}” added; it is being indexed.`,
  revalidate: ["/gurus"],
});
export const deleteDataSourcesAction = toAction(deleteDataSources, {
  message: ({ titles }) => `${named(titles)} deleted.`,
  revalidate: ["/gurus"],
});
export const reindexDataSourcesAction = toAction(reindexDataSources, {
  message: ({ titles }) => `${named(titles)} will be indexed anew.`,
  revalidate: ["/gurus"],
});
export const addWebsiteSourcesAction = toAction(addWebsiteSources, {
  message: ({ results }) => pagesInWords(results),
  revalidate: ["/gurus"],
});
export const addRepositorySourceAction = toAction(addRepositorySource, {
  message: (source) => `“${source.title}” added; it is being read.`,
  revalidate: ["/gurus"],
});
export const changeRepositorySourceAction = toAction(changeRepositorySource, {
  message: ({ title, changed }) =>
    changed ? `Settings saved; “${title}” is being read anew.` : "Nothing was changed.",
  revalidate: ["/gurus"],
});
export const startCrawlAction = toAction(startCrawl, {
  goTo: ({ guru, id }) => `/gurus/${guru}/data-sources/searches/${id}`,
});
export const stopCrawlAction = toAction(stopCrawl, {
  message: () => "The search stops after the page that it is reading.",
  revalidate: ["/gurus"],
});
export const addCrawledPagesAction = toAction(addCrawledPages, {
  message: ({ added, existed }) =>
    `${pagesNamed(added)} added${existed > 0 ? `; ${existed} existed already` : ""}. They are being indexed.`,
  revalidate: ["/gurus"],
});
