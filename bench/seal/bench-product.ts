import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { closePools } from "@/lib/db/client";
import type { Runtime } from "@/lib/platform/runtime";
import { boot, readSettings } from "../../scripts/serve/boot";
import { homeOf, readStored } from "../../scripts/serve/postgres/stored-place";
import type { Shutdown } from "../../scripts/serve/shutdown";

/** A product on an embedded Postgres of its own (fsync on, as in use), with a sealer in another process. */
export interface BenchProduct {
  runtime: Runtime;
  /** Looks from outside, as the sealer's role. */
  look: postgres.Sql;
  postgresVersion: string;
  sealer(on: boolean): Promise<void>;
  /** Resolves once nothing waits for its place, and with `signed` none for its signature. */
  drained(signed?: boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param self the bench's own bundle, which is started again as the sealer's process
 * @param options.dataDir a data folder that is kept, and used again when it stands; else one is made and removed
 * @param options.databaseUrl a database of an external server in place of the embedded one
 */
export async function startBenchProduct(
  self: string,
  options: { dataDir?: string | undefined; databaseUrl?: string | undefined } = {},
): Promise<BenchProduct> {
  const kept = options.dataDir;
  const dataDir = kept ?? mkdtempSync(path.join(tmpdir(), "gurulog-bench-"));
  for (const name of Object.keys(process.env))
    if (/^(GURULOG_|DATABASE_|AUTH_SECRET$)/.test(name)) delete process.env[name];
  process.env.GURULOG_DATA_DIR = dataDir;
  if (options.databaseUrl) process.env.DATABASE_URL = options.databaseUrl;
  const steps: (() => Promise<void> | void)[] = [];
  const shutdown: Shutdown = {
    add: (_, step) => steps.push(step),
    begin: () => Promise.reject(new Error("a bench ends by itself")),
    hasBegun: false,
  };
  const { runtime } = await boot(readSettings(), shutdown, { baseUrl: "http://localhost", log: () => {} });
  const look = postgres(runtime.urls.sealer, { max: 1, onnotice: () => {} });
  const child = fork(self, ["sealer"], { serialization: "advanced" });
  await tell(child, { runtime });
  const [version] = await look`select current_setting('server_version') as version`;

  const drained = async (signed = false): Promise<void> => {
    for (;;) {
      const [state] = await look`
        select not exists (select from audit_outbox) as sealed, h.size = coalesce((
          select max(size) from audit_checkpoint c where c.org_id = h.org_id and c.origin = h.origin), 0) as signed
        from audit_head h where org_id = 1`;
      if (state?.sealed && (state.signed || !signed)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    runtime,
    look,
    postgresVersion: version?.version as string,
    sealer: (on) => tell(child, { on }),
    drained,
    async close() {
      await tell(child, { on: false });
      child.disconnect();
      await look.end();
      await closePools();
      for (const step of steps.reverse()) await step();
      if (!kept) removeDataFolder(dataDir);
    },
  };
}

/** Deletes a data folder and its database, which stands elsewhere when it was made as root. */
export function removeDataFolder(dataDir: string): void {
  const stored = existsSync(dataDir) ? readStored(dataDir) : undefined;
  const home = stored && homeOf(dataDir, stored);
  if (home) for (const left of [home, `${home}.log`]) rmSync(left, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

function tell(child: ChildProcess, message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error("the sealer's process has ended"));
    child.once("exit", ended);
    child.once("message", () => {
      child.off("exit", ended);
      resolve();
    });
    child.send(message);
  });
}
