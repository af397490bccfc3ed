import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bundleScript, startScript } from "../../support/child-script";
import { type Act, acknowledgedIn, readLedger } from "./ledger";
import type { LoadOptions } from "./load";

export interface Load {
  /** Markers of the acts that were acknowledged until now. */
  acknowledged(): string[];
  /** Ends it; every act under way is waited for. @returns its ledger */
  stop(): Promise<Act[]>;
}

/** Starts the clients in a process of their own. */
export async function startLoad(options: Omit<LoadOptions, "ledger">): Promise<Load> {
  const { file, remove } = await bundleScript("tests/faults/support/load.ts");
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-faults-"));
  const ledger = path.join(folder, "ledger.ndjson");
  const script = startScript(file, [JSON.stringify({ ...options, ledger } satisfies LoadOptions)]);
  await script.waitFor((message) => "started" in message);
  return {
    acknowledged: () => acknowledgedIn(ledger),
    async stop() {
      script.process.kill("SIGTERM");
      const code = await script.ended;
      remove();
      if (code !== 0) throw new Error(`the load ended with ${code}`);
      const acts = readLedger(ledger);
      rmSync(folder, { recursive: true, force: true });
      return acts;
    },
  };
}
