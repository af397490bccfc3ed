import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../../scripts/serve/root";

/** The built product in a process of its own, as `npm start` runs it. */
export interface Server {
  url: string;
  /** What the web process says of itself; `mark` begins a new stretch. */
  probe(what: "mark" | "read"): Promise<Probe>;
  /** Bytes that it has in use, once its heap has been cleared up. */
  held(): Promise<number>;
  /** The end of what it has printed: why it answered with an error. */
  lastLines(): string;
  stop(): Promise<void>;
}

export interface Probe {
  /** Bytes of memory now, and the most since the last mark. */
  rss: number;
  most: number;
  delayP50Ms: number;
  delayP99Ms: number;
  delayMaxMs: number;
}

export interface ServerOptions {
  dataDir: string;
  databaseUrl?: string | undefined;
  env?: Record<string, string>;
}

const patienceMs = 120_000;
const probeFile = path.join(root, "bench", "log", "http", "probe.mjs");
const running = new Set<ChildProcess>();

process.once("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});

/** Starts it and waits until it says where it is. */
export async function startServer({ dataDir, databaseUrl, env = {} }: ServerOptions): Promise<Server> {
  const args = ["--import", pathToFileURL(probeFile).href, path.join(root, "scripts", "start.mjs")];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...inherited(),
      NODE_ENV: "production",
      PORT: "0",
      GURULOG_DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl ?? "",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  const exited = new Promise<void>((resolve) =>
    child.once("exit", () => {
      running.delete(child);
      resolve();
    }),
  );
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the product did not start:\n${text}`)), patienceMs);
    const look = () => {
      const [, found] = /Gurulog is at (\S+)/.exec(text) ?? [];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    };
    child.stdout?.on("data", look);
    void exited.then(() => reject(new Error(`the product ended while it started:\n${text}`)));
  });
  return {
    url: url.replace("localhost", "127.0.0.1"),
    probe: (what) => ask<Probe>(child, what),
    held: async () => (await ask<{ held: number }>(child, "held")).held,
    lastLines: () => text.trim().split("\n").slice(-20).join("\n"),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

function ask<T>(child: ChildProcess, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once("message", (answer) => resolve(answer as T));
    child.send(what, (error) => error && reject(error));
  });
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    ["PATH", "HOME", "LANG", "TMPDIR", "USER"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
