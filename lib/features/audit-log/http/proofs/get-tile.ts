import "server-only";
import type { RequestFacts } from "@/lib/access/principal";
import { publishedTile } from "@/lib/audit/proof/published";
import { parseTilePath, tileWidth } from "@/lib/audit/proof/tile-path";
import { notFound, withProofs } from "./door";

/** A full tile never changes; whoever may read it may keep it. A partial one is superseded. */
const caching = (width: number) =>
  width === tileWidth ? "private, max-age=31536000, immutable" : "private, no-cache";

/** `GET /api/ee/audit/tile/<L>/<N>[.p/<W>]`: hashes in the format C2SP tlog-tiles, up to the newest checkpoint. */
export function getTile(asked: {
  request: Request;
  facts: RequestFacts;
  params: { tile: string[] };
}): Promise<Response> {
  return withProofs(asked, [], async ({ principal, newest }) => {
    const tile = parseTilePath(asked.params.tile.join("/"));
    if (!tile) {
      const spelt =
        asked.params.tile[0] === "entries"
          ? "Tiles of entries are not served: an entry holds personal data. Read records from /api/ee/audit or an export."
          : "A tile's address is tile/<L>/<N> or tile/<L>/<N>.p/<W>, such as tile/0/x001/234.p/67 (C2SP tlog-tiles).";
      return notFound(spelt);
    }
    const bytes = await publishedTile(principal.orgId, tile, newest.size);
    if (!bytes)
      return notFound(`The tree of ${newest.size} events, that of the newest checkpoint, has no such tile.`);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        "content-type": "application/octet-stream",
        "cache-control": caching(tile.width),
        vary: "cookie, authorization, x-sourcebot-api-key, x-org-domain",
      },
    });
  });
}
