import "server-only";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { visibleRepositories } from "./repositories";

/** The repositories whose code somebody may search, by name. No event: the names stand on every page of it. */
export const listRepositories = query({
  allow: inOrganization<null>("code:search"),
  run: ({ db, principal }) => visibleRepositories(db, principal),
});
