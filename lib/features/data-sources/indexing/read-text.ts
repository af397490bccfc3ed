import "server-only";
import { readDocument } from "./read/document";
import { readItem } from "./read/item";
import { readPlainFile, readTyped } from "./read/plain";
import { readRepository } from "./read/repository";
import { readWebsite } from "./read/website";
import type { SourceToRead, TextPiece } from "./text-piece";

const readers: Record<
  SourceToRead["kind"],
  (source: SourceToRead, signal: AbortSignal) => AsyncGenerator<TextPiece>
> = {
  TEXT: readTyped,
  MARKDOWN: readPlainFile,
  FILE: readPlainFile,
  PDF: readDocument,
  EXCEL: readDocument,
  WORD: readDocument,
  WEBSITE: readWebsite,
  GITHUB_REPO: readRepository,
  JIRA: readItem,
  CONFLUENCE: readItem,
  ZENDESK: readItem,
  SLACK: readItem,
  DISCORD: readItem,
  GITHUB_ISSUE: readItem,
};

/**
 * A source's text from its start, or from where a crashed run goes on, piece by piece.
 * @param signal ends the reading: the worker stops, or the run was overtaken
 * @throws Unreadable with the reason in words when the source itself cannot be read
 */
export function textOf(source: SourceToRead, signal: AbortSignal): AsyncGenerator<TextPiece> {
  return readers[source.kind](source, signal);
}
