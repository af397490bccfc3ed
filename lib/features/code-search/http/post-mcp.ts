import "server-only";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { callerOf, presentedKey } from "@/lib/gate/sourcebot-caller";
import { jsonBody, sourcebotOnly } from "@/lib/gate/sourcebot-post";
import { json, sourcebotError, sourcebotFamily, toRoute } from "@/lib/gate/to-route";
import { codeTools } from "../mcp/tools";

const noKey = () =>
  sourcebotError(
    401,
    "NOT_AUTHENTICATED",
    "Send a valid API key in the header Authorization: Bearer or X-Sourcebot-Api-Key.",
    { "www-authenticate": 'Bearer realm="gurulog"' },
  );

/**
 * The answer to a list of messages. The protocol has none since 2025-06-18; in one, an answer could be lost (two messages of
 * one id) or never come (a message that cancels another).
 */
const noBatch = () => {
  const message = "Invalid Request: send one message at a time, not a list of them.";
  return json(400, { jsonrpc: "2.0", error: { code: -32600, message }, id: null });
};

/**
 * `POST /api/mcp`: a server of the Model Context Protocol over Streamable HTTP. Each request is answered by itself, by a
 * server that knows its caller alone; nothing is kept between two. By key only: a browser's session is nobody here.
 */
export const postMcp = toRoute(sourcebotFamily, async ({ request, facts }) => {
  if (presentedKey(request) === null) return noKey();
  const domain = request.headers.get("x-org-domain") || null;
  const caller = await callerOf(request, facts, domain, true, "code:search");
  if (!caller.ok) return caller.answer.status === 401 ? noKey() : caller.answer;
  const sent = await jsonBody(request);
  if (!sent.ok) return sent.answer;
  if (Array.isArray(sent.body)) return noBatch();
  const server = codeTools({ principal: caller.principal, request: facts, signal: request.signal });
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody: sent.body });
  } finally {
    await server.close();
  }
});

/** There is no stream to listen to and no session to end. */
export const mcpOnly = toRoute(sourcebotFamily, async () => sourcebotOnly("POST"));
