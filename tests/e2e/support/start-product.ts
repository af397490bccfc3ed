import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Product {
  url: string;
  port: number;
  dataDir: string;
  /** Of the first start; empty when an owner exists. */
  setupToken: string;
  pid: number;
  output(): string;
  /** Ends it in order and waits. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** The exit code, once it has ended. */
  exited: Promise<number | null>;
}

export interface StartOptions {
  env?: Record<string, string>;
  dataDir?: string;
  port?: number;
  command?: [string, ...string[]];
  /** Line of the output that means it is up. */
  ready?: RegExp;
}

/**
 * A port that nobody listens on. Below those that the system gives by itself, of which any connection or server may get the
 * same one before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + randomInt(10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        error.code === "EADDRINUSE" ? resolve(false) : reject(error),
      );
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return port;
  }
}

export function newDataDir(): string {
  return mkdtempSync(path.join(tmpdir(), "gurulog-e2e-"));
}

/** The environment of a product under test: nothing of ours leaks in. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "HOME", "LANG", "TMPDIR", "USER"];
  const found = Object.fromEntries(
    kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  // Tests ask faster than people do.
  return { ...found, NODE_ENV: "production", GURULOG_ANSWERS_PER_MINUTE: "0" };
}

/** Starts the built product as `npm start` does, and waits until it says where it is. */
export async function startProduct(options: StartOptions = {}): Promise<Product> {
  const started = spawnProduct(options);
  const ready = options.ready ?? /Gurulog is at (\S+)[\s\S]*?\n\n/;
  const until = Date.now() + 120_000;
  for (;;) {
    const text = started.output();
    if (ready.test(text)) break;
    if (started.child.exitCode !== null || Date.now() > until)
      throw new Error(`the product did not start:\n${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const text = started.output();
  return {
    ...started,
    url: /Gurulog is at (\S+)/.exec(text)?.[1] ?? "",
    setupToken: /Set-up token: (\S+)/.exec(text)?.[1] ?? "",
    pid: started.child.pid ?? 0,
  };
}

/** Starts it and does not wait: for starts that are to fail. */
export function spawnProduct(options: StartOptions = {}) {
  const dataDir = options.dataDir ?? newDataDir();
  const port = options.port ?? 0;
  const [program, ...args] = options.command ?? [process.execPath, "scripts/start.mjs"];
  const child: ChildProcess = spawn(program, args, {
    env: { ...cleanEnvironment(), GURULOG_DATA_DIR: dataDir, PORT: String(port), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const take = (chunk: Buffer) => {
    text += chunk.toString("utf8");
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return {
    child,
    dataDir,
    port,
    output: () => text,
    exited,
    async stop(signal: NodeJS.Signals = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
  };
}

/** Deletes a data folder and, where the product was started as root, its database, which then stands elsewhere. */
export function removeDataDir(dataDir: string): void {
  const noted = path.join(dataDir, "postgres.json");
  const { home } = existsSync(noted) ? (JSON.parse(readFileSync(noted, "utf8")) as { home?: string }) : {};
  if (home) for (const left of [home, `${home}.log`]) rmSync(left, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}
