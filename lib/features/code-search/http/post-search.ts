import "server-only";
import { json, sourcebotError } from "@/lib/gate/to-route";
import { searchCodeCommand } from "../commands/search-code";
import { once } from "../once";
import type { Node } from "../query/ast";
import { parseQuery } from "../query/parse";
import { searchBody } from "../schemas";
import { codeFailure, codePost } from "./code-door";
import { searchAnswer } from "./search-answer";
import type { Addresses } from "./web-addresses";

/** `POST /api/search` */
export const postSearch = (addresses: Addresses) =>
  codePost(searchBody, async ({ by, body: { source: _, ...body } }) => {
    const found = once(await searchCodeCommand.execute({ ...by, input: { ...body, door: "api" } }));
    // The body was taken before: what is wrong now is the query.
    if (!found.ok && found.code === "invalid")
      return sourcebotError(400, "FAILED_TO_PARSE_QUERY", found.message);
    if (!found.ok) return codeFailure(found);
    const read = parseQuery(body.query);
    return json(200, searchAnswer(found.value, addresses, read.ok && namesBranch(read.query.node)));
  });

function namesBranch(node: Node): boolean {
  if (node.kind === "and" || node.kind === "or") return node.of.some(namesBranch);
  return node.kind === "rev";
}
