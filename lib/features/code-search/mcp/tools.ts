import "server-only";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { Command } from "@/lib/gate/command";
import { internalFailure } from "@/lib/gate/record-refusal";
import type { Failure } from "@/lib/platform/errors";
import { logError } from "@/lib/platform/log";
import { runtime } from "@/lib/platform/runtime";
import { findReferencesCommand } from "../commands/find-references";
import { gotoDefinitionCommand } from "../commands/goto-definition";
import { searchCodeCommand } from "../commands/search-code";
import { viewFileCommand } from "../commands/view-file";
import { listRepositories } from "../list-repositories";
import { once } from "../once";
import type { Searcher } from "../search-in-turn";
import type { SymbolFound } from "../symbol-search";
import { fileWords, foundWords, repositoriesWords, symbolWords } from "./words";

const name = (what: string) => z.string().min(1).max(1_000).describe(what);
const repository = name('Name of the repository as list_repos gives it, e.g. "github.com/owner/name".');
const revision = name(
  "Branch, the newest commit of one, or a tag at it. Left out: the default branch.",
).optional();

const symbol = z.strictObject({
  symbol: z.string().min(1).max(400).describe("Name of the symbol, exactly as it is written."),
  language: z.string().min(1).max(100).describe('Language of the files, e.g. "TypeScript".').optional(),
  repository: repository.optional(),
  revision,
});

const syntax =
  'Terms separated by spaces must all match the same file; "or" separates alternatives, parentheses group, a leading - negates. ' +
  "A term is a regular expression (RE2) against content and path; quotation marks join words. Prefixes: file: repo: lang: sym: content: rev: case:yes. " +
  "Example: lang:TypeScript sym:^parseQuery$ -file:test";

const reads = { readOnlyHint: true, openWorldHint: false } as const;

/** The tools of the code search for one caller: what they may see, and each use recorded as theirs. */
export function codeTools(by: Searcher): McpServer {
  const server = new McpServer(
    { name: "gurulog-code-search", version: runtime().version },
    { instructions: `Searches the code of the repositories that you may see. Query language: ${syntax}` },
  );

  /** The kit would tell the model whatever is thrown, and a query that failed names its text and its values. */
  const answered = async (tool: string, work: () => Promise<CallToolResult>): Promise<CallToolResult> => {
    try {
      return await work();
    } catch (error) {
      logError(`MCP tool ${tool}`, error, by.request.requestId ?? undefined);
      return problem(internalFailure(by.request));
    }
  };

  server.registerTool(
    "list_repos",
    {
      description:
        "Lists the repositories whose code can be searched, with their branches and some of the tags at them.",
      inputSchema: z.strictObject({
        query: z.string().max(1_000).describe("Only those whose name has this in it.").optional(),
        page: z.int().min(1).max(1_000_000).describe("From 1; 100 repositories a page.").default(1),
      }),
      annotations: reads,
    },
    ({ query = "", page }) =>
      answered("list_repos", async () => {
        const found = await listRepositories.execute({ ...by, input: null });
        return found.ok ? text(repositoriesWords(found.value, query, page)) : problem(found);
      }),
  );

  server.registerTool(
    "search_code",
    {
      description: `Searches the content and the paths of files. ${syntax}`,
      inputSchema: z.strictObject({
        query: z.string().min(1).max(4_000).describe("The query, in the language described above."),
        matches: z.int().min(1).max(1_000).describe("Matches after which the search ends.").default(100),
        contextLines: z.int().min(0).max(20).describe("Lines before and behind each match.").default(0),
      }),
      annotations: reads,
    },
    (input) =>
      answered("search_code", async () => {
        const call = { ...by, input: { ...input, whole: false, door: "mcp" } };
        const found = once(await searchCodeCommand.execute(call));
        return found.ok ? text(foundWords(found.value)) : problem(found);
      }),
  );

  server.registerTool(
    "read_file",
    {
      description: "Reads a file of a repository, or some of its lines; at most 2,000 lines at a time.",
      inputSchema: z.strictObject({
        repository,
        path: z.string().min(1).max(4_096).describe("Path of the file within the repository."),
        revision,
        firstLine: z.int().min(1).describe("The first line to read, from 1.").default(1),
        lastLine: z.int().min(1).describe("The last line to read.").optional(),
      }),
      annotations: reads,
    },
    ({ firstLine, lastLine, ...file }) =>
      answered("read_file", async () => {
        const read = once(await viewFileCommand.execute({ ...by, input: { ...file, door: "mcp" } }));
        return read.ok ? text(fileWords(read.value, firstLine, lastLine)) : problem(read);
      }),
  );

  const symbolTool = (tool: string, description: string, command: Command<SymbolFound>) =>
    server.registerTool(
      tool,
      { description, inputSchema: symbol, annotations: reads },
      ({ symbol: symbolName, language, repository: repoName, revision: revisionName }) =>
        answered(tool, async () => {
          const input = { symbolName, language, repoName, revisionName, door: "mcp" };
          const found = once(await command.execute({ ...by, input }));
          return found.ok ? text(symbolWords(found.value)) : problem(found);
        }),
    );
  symbolTool("find_definitions", "Finds where a symbol is defined.", gotoDefinitionCommand);
  symbolTool(
    "find_references",
    "Finds the uses of a symbol: its name as a word of its own, with the same capital letters.",
    findReferencesCommand,
  );
  return server;
}

const text = (words: string): CallToolResult => ({ content: [{ type: "text", text: words }] });

/** The model reads what is wrong, and can do better. */
const problem = ({ message }: Failure): CallToolResult => ({ ...text(message), isError: true });
