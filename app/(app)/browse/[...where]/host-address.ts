import type { CodePlace } from "@/components/code/code-address";
import { lineLink } from "@/lib/features/data-sources/git/web-link";

/**
 * The page of a file on the repository's host, at the commit that is shown; of a folder the repository's own.
 * @returns null where there is no page that could be linked
 */
export function hostAddress(
  webUrl: string | null,
  { kind, path }: Pick<CodePlace, "kind" | "path">,
  branch: { commit: string } | undefined,
): string | null {
  if (!webUrl || !branch || !/^https?:\/\//i.test(webUrl)) return null;
  if (kind === "tree") return webUrl;
  return lineLink(webUrl, { commit: branch.commit, path, line: 1 }).replace(/#.*$/, "");
}
