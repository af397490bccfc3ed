import { json, plainError, plainFamily, sourcebotError, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

const message = "There is no such address in this API.";
const sourcebotPaths = /^\/api\/(ee|search|source|repos|find_references|find_definitions|mcp)(\/|$)/;

/** Every address below /api that nothing else answers: 404 in the words of the path's family. */
const unknown = toRoute(plainFamily, async ({ request }) => {
  const { pathname } = new URL(request.url);
  if (sourcebotPaths.test(pathname)) return sourcebotError(404, "NOT_FOUND", message);
  if (/^\/api\/v1(\/|$)/.test(pathname)) return json(404, { msg: message });
  return plainError(404, "not_found", message);
});

export {
  unknown as DELETE,
  unknown as GET,
  unknown as HEAD,
  unknown as OPTIONS,
  unknown as PATCH,
  unknown as POST,
  unknown as PUT,
};
