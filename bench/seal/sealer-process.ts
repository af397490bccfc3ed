import { createSealer, type Sealer } from "@/lib/audit/seal/sealer";
import { type Runtime, setRuntime } from "@/lib/platform/runtime";

/** The sealer in a process of its own, as under `npm run worker`: on and off as the parent says. */
export function runSealerProcess(): void {
  let sealer: Sealer | null = null;
  let runtime: Runtime | null = null;
  process.on("disconnect", () => process.exit());
  process.on("message", async (message: { runtime?: Runtime; on?: boolean }) => {
    if (message.runtime) {
      runtime = message.runtime;
      setRuntime(runtime);
    } else if (message.on && runtime) {
      sealer ??= createSealer({ sealerUrl: runtime.urls.sealer, signing: { dataDir: runtime.dataDir } });
      sealer.start();
    } else {
      await sealer?.stop();
      sealer = null;
    }
    process.send?.({ done: true, cpuUs: process.cpuUsage() });
  });
}
