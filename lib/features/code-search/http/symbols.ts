import "server-only";
import type { Command } from "@/lib/gate/command";
import { json } from "@/lib/gate/to-route";
import { findReferencesCommand } from "../commands/find-references";
import { gotoDefinitionCommand } from "../commands/goto-definition";
import { once } from "../once";
import { shownRevision } from "../revisions";
import { symbolBody } from "../schemas";
import type { SymbolFound } from "../symbol-search";
import { codeFailure, codePost } from "./code-door";
import { type Addresses, fileUrl, repositoryInfo } from "./web-addresses";

const postSymbol = (command: Command<SymbolFound>) => (addresses: Addresses) =>
  codePost(symbolBody, async ({ by, body }) => {
    const found = once(await command.execute({ ...by, input: { ...body, door: "api" } }));
    if (!found.ok) return codeFailure(found);
    return json(200, symbolAnswer(found.value, addresses, body.revisionName ?? null));
  });

/** `POST /api/find_references` */
export const postReferences = postSymbol(findReferencesCommand);
/** `POST /api/find_definitions` */
export const postDefinitions = postSymbol(gotoDefinitionCommand);

function symbolAnswer(found: SymbolFound, addresses: Addresses, revision: string | null) {
  const bySource = new Map(found.repositories.map((r) => [r.sourceId, r]));
  const files = found.files.flatMap(({ sourceId, path, language, matches }) => {
    const repository = bySource.get(sourceId);
    if (!repository) return [];
    return [
      {
        fileName: path,
        repository: repository.name,
        repositoryId: repository.number,
        webUrl: fileUrl(addresses, repository, shownRevision(repository, revision), path),
        language: language ?? "",
        matches,
      },
    ];
  });
  return {
    stats: { matchCount: found.matchCount },
    files,
    repositoryInfo: found.repositories.map(repositoryInfo),
    isSearchExhaustive: !found.isCapped,
  };
}
