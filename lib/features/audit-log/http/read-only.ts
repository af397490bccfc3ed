import "server-only";
import { sourcebotError, sourcebotFamily, toRoute } from "@/lib/gate/to-route";

/** The answer to what would write: the log is read here. */
export const readOnly = toRoute(sourcebotFamily, async () =>
  sourcebotError(405, "METHOD_NOT_ALLOWED", "The audit log is read with GET.", { allow: "GET, HEAD" }),
);
