import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { bundleScript, type ChildScript, startScript } from "./child-script";
import type { TestProduct } from "./product";
import type { WorkerRuntime } from "./worker-process";

let script: Awaited<ReturnType<typeof bundleScript>>;
const started: ChildScript[] = [];

/** To be called at the top of a file: worker processes can be started, and none is left running. */
export function withWorkerProcesses(): void {
  beforeAll(async () => {
    script = await bundleScript("tests/support/worker-process.ts");
  });
  afterAll(() => script.remove());
  afterEach(async () => {
    for (const worker of started.splice(0)) {
      await killWorker(worker);
      // What a process bundles for itself it removes when it ends by itself.
      const { pid } = worker.process;
      rmSync(path.resolve("node_modules", ".cache", "gurulog-extract", String(pid)), {
        recursive: true,
        force: true,
      });
    }
  });
}

/**
 * The background work of the product, in a process of its own.
 * @param env what its environment says besides
 * @returns once it has begun
 */
export async function startWorkerProcess(
  { runtime }: TestProduct,
  env: Record<string, string>,
): Promise<ChildScript> {
  const { keys, ...rest } = runtime;
  const encryptionKeys = keys.encryptionKeys.map(({ id, key }) => {
    if (!Buffer.isBuffer(key)) throw new Error("this key cannot be sent as text");
    return { id, key: key.toString("base64") };
  });
  const given: WorkerRuntime = { ...rest, env, encryptionKeys };
  const worker = startScript(script.file, [JSON.stringify(given)]);
  started.push(worker);
  await worker.waitFor((message) => message.started === true);
  return worker;
}

/** Ends a process as `kill -9` does, also one that was halted. */
export async function killWorker(worker: ChildScript): Promise<void> {
  worker.process.kill("SIGKILL");
  await worker.ended;
}
