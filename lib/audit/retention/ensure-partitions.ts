import "server-only";
import { asOwner, type MaintenanceOptions } from "./maintenance-session";
import { makeWeeksAhead } from "./partitions";

/**
 * Makes sure that the log can be written for at least four weeks to come. Called at start and daily.
 * @returns the moment up to which acts can be recorded
 */
export async function ensurePartitions(
  options: Pick<MaintenanceOptions, "maintenanceUrl">,
): Promise<{ until: Date }> {
  // The function makes them as the owner whoever calls it.
  const session = { ...options, roles: { owner: "" }, mode: "guard-rail" as const };
  return asOwner(session, { name: "gurulog partitions", lockTimeoutMs: 60_000 }, async (sql) => ({
    until: await makeWeeksAhead(sql),
  }));
}
