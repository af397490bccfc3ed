"use server";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { addTextSource } from "@/lib/features/data-sources/commands/add-text-source";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { toAction } from "@/lib/gate/to-action";

const named = (titles: string[]) =>
  titles.length === 1 ? `“${titles[0]}”` : `${titles.length} data sources`;

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
