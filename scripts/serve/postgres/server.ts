import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "../ports";
import { isAlive } from "../process-identity";
import { StartError } from "../start-error";
import type { Place } from "./place";
import {
  clearStalePidFile,
  findPostmaster,
  isPostmaster,
  lastComplaint,
  spawnPostmaster,
} from "./postmaster";
import { waitUntilReady } from "./readiness";

const watchIntervalMs = 250;
const fastShutdownMs = 60_000;

interface Server {
  readonly port: number;
  readonly adopted: boolean;
  /** Stops the server in order; resolves once its process is gone. */
  stop(): Promise<void>;
}

interface Options {
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** Adopts the running server of this cluster, or starts one, and keeps it running until `stop`. */
export async function runServer(place: Place, options: Options): Promise<Server> {
  const adopted = await adopt(place, options);
  const first = adopted ?? (await startOnFreePort(place, options));
  let pid = first.pid;
  let stopping = false;
  let restarting: Promise<void> | undefined;

  const watch = setInterval(() => {
    if (stopping || restarting !== undefined || isPostmaster(pid, place.cluster)) return;
    options.log("The database server ended by itself; starting it again.");
    restarting = restart(place, first.port, options, () => stopping)
      .then((newPid) => {
        pid = newPid ?? pid;
      })
      .catch((error: unknown) => options.log(`The database does not start: ${String(error)}`))
      .finally(() => {
        restarting = undefined;
      });
  }, watchIntervalMs);
  watch.unref();

  return {
    port: first.port,
    adopted: adopted !== undefined,
    async stop() {
      stopping = true;
      clearInterval(watch);
      await restarting;
      await stopPostmaster(pid, place.cluster);
    },
  };
}

async function adopt(place: Place, options: Options): Promise<{ pid: number; port: number } | undefined> {
  for (;;) {
    const found = findPostmaster(place.cluster);
    if (found === undefined) return undefined;
    const ready = await waitUntilReady({ ...options, ...waitTarget(place, found) });
    if (ready) return found;
    if (isPostmaster(found.pid, place.cluster)) {
      throw new StartError(
        `Process ${found.pid} runs on ${place.cluster} but answers for another folder. Stop it.`,
      );
    } // else it was stopping: look again
  }
}

function waitTarget(place: Place, server: { pid: number; port: number }) {
  return {
    port: server.port,
    password: place.password,
    cluster: place.cluster,
    isRunning: () => isPostmaster(server.pid, place.cluster),
  };
}

async function startOnFreePort(place: Place, options: Options): Promise<{ pid: number; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort("127.0.0.1");
    const pid = await tryStart(place, port, options);
    if (pid !== undefined) return { pid, port };
    // Another program may have taken the port, or children of a killed server still hold its shared memory.
    if (attempt === 8)
      throw new StartError(`The database does not start: ${lastComplaint(place)} (${place.logFile})`);
    await delay(250 * attempt);
  }
}

/** Tries until the server runs again, on the same port: clients hold that address. */
async function restart(
  place: Place,
  port: number,
  options: Options,
  isStopping: () => boolean,
): Promise<number | undefined> {
  for (let attempt = 1; !isStopping(); attempt++) {
    const pid = await tryStart(place, port, options);
    if (pid !== undefined) {
      options.log("The database server runs again.");
      return pid;
    }
    if (attempt % 20 === 0)
      options.log(`The database does not start: ${lastComplaint(place)} (${place.logFile})`);
    await delay(Math.min(250 * attempt, 5_000));
  }
  return undefined;
}

async function tryStart(place: Place, port: number, options: Options): Promise<number | undefined> {
  clearStalePidFile(place.cluster);
  const { pid, ended } = spawnPostmaster(place, port, options.settings);
  let running = pid > 0;
  void ended.then(() => {
    running = false;
  });
  const ready = await waitUntilReady({
    port,
    password: place.password,
    cluster: place.cluster,
    isRunning: () => running,
    log: options.log,
  });
  if (ready) return pid;
  if (running) await stopPostmaster(pid, place.cluster);
  return undefined;
}

/** SIGINT is Postgres's fast shutdown: it ends sessions and writes a checkpoint. SIGQUIT skips the checkpoint. */
export async function stopPostmaster(pid: number, cluster: string): Promise<void> {
  if (!isPostmaster(pid, cluster)) return;
  process.kill(pid, "SIGINT");
  if (await isGoneWithin(pid, fastShutdownMs)) return;
  process.kill(pid, "SIGQUIT");
  await isGoneWithin(pid, fastShutdownMs);
}

async function isGoneWithin(pid: number, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await delay(25);
  }
  return true;
}
