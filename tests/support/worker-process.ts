/**
 * A process of its own that does the background work, to be killed by tests.
 * Argument: what it needs of the runtime, as JSON. Tells that it has begun as a line of JSON.
 */
import { startWorker } from "@/lib/jobs/worker";
import { parseEnv } from "@/lib/platform/env";
import { type Runtime, setRuntime } from "@/lib/platform/runtime";

/** A runtime as text. Of its keys there are those that open secrets, in base64. */
export type WorkerRuntime = Omit<Runtime, "env" | "keys"> & {
  env: Record<string, string>;
  encryptionKeys: { id: string; key: string }[];
};

const { encryptionKeys: sent, ...given } = JSON.parse(process.argv[2] ?? "") as WorkerRuntime;
const encryptionKeys = sent.map(({ id, key }) => ({ id, key: Buffer.from(key, "base64") }));
setRuntime({ ...given, env: parseEnv(given.env), keys: { encryptionKeys } } as unknown as Runtime);
await startWorker({ databaseUrl: given.urls.direct });
console.log(JSON.stringify({ started: true }));
