import type { CodePlace } from "@/components/code/code-address";

/**
 * The address of a file or folder on the repository's host, at the commit that is shown. The hosts that are read over
 * git's smart HTTP lay their pages out alike, but for GitLab and Bitbucket.
 * @returns null where there is no page that could be linked
 */
export function hostAddress(
  webUrl: string | null,
  { kind, path }: Pick<CodePlace, "kind" | "path">,
  branch: { commit: string } | undefined,
): string | null {
  if (!webUrl || !branch || !/^https?:\/\//i.test(webUrl)) return null;
  const base = webUrl.replace(/\/+$/, "").replace(/\.git$/, "");
  const end = path === "" ? "" : `/${path.split("/").map(encodeURIComponent).join("/")}`;
  const { hostname } = new URL(base);
  if (hostname === "gitlab.com") return `${base}/-/${kind}/${branch.commit}${end}`;
  if (hostname === "bitbucket.org") return `${base}/src/${branch.commit}${end}`;
  if (hostname === "codeberg.org" || hostname === "gitea.com")
    return `${base}/src/commit/${branch.commit}${end}`;
  return `${base}/${kind}/${branch.commit}${end}`;
}
