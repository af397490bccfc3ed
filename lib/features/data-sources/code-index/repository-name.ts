import { cleanText } from "@/lib/platform/clean-text";
import { repositoryPath } from "../source-url";

const maxLength = 500;

/**
 * What a repository is called in searches of code.
 * @param url of its source
 * @returns "host/owner/name", and where people look at it
 */
export function repositoryName(url: string): { name: string; webUrl: string | null } {
  const at = new URL(url);
  const path = repositoryPath(at);
  const isWeb = at.protocol === "https:" || at.protocol === "http:";
  return {
    name: cleanText(`${at.host}${decoded(path)}`, maxLength),
    webUrl: isWeb ? `${at.origin}${path}` : null,
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
