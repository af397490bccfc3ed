/**
 * A process of its own that seals and signs, to be killed by tests.
 * Arguments: the sealer's URL, the data folder, the sealing key. Tells that it has begun as a line of JSON.
 */
import { createSealer } from "@/lib/audit/seal/sealer";
import { type Runtime, setRuntime } from "@/lib/platform/runtime";

const [, , sealerUrl = "", dataDir = "", sealingKey = ""] = process.argv;
// Sealing and signing know the runtime by its keys alone.
setRuntime({ keys: { sealingKeys: [sealingKey] } } as unknown as Runtime);
const sealer = createSealer({
  sealerUrl,
  intervalMs: 1,
  batch: 300,
  signing: { dataDir, everyMs: 20 },
});
sealer.start();
console.log(JSON.stringify({ started: true }));
