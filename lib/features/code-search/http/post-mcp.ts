import "server-only";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { callerOf, presentedKey } from "@/lib/gate/sourcebot-caller";
import { jsonBody, sourcebotOnly } from "@/lib/gate/sourcebot-post";
import { sourcebotError, sourcebotFamily, toRoute } from "@/lib/gate/to-route";
import { codeTools } from "../mcp/tools";

/** Messages in one request: each may be a search. */
const mostMessages = 10;

const noKey = () =>
  sourcebotError(
    401,
    "NOT_AUTHENTICATED",
    "Send a valid API key in the header Authorization: Bearer or X-Sourcebot-Api-Key.",
    { "www-authenticate": 'Bearer realm="gurulog"' },
  );

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
  if (Array.isArray(sent.body) && sent.body.length > mostMessages)
    return sourcebotError(400, "INVALID_REQUEST_BODY", `Send at most ${mostMessages} messages at once.`);
  const server = codeTools({ principal: caller.principal, request: facts });
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
