import "server-only";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { NotNow, Unreadable } from "../indexing/text-piece";

/** `http.curloptResolve` came with it; an older git would ignore the pinned address without a word. */
const oldest = [2, 37] as const;

/** Words of git's messages that are kept, in characters; they only decide what the person is told. */
const mostMessage = 4_000;

/** KiB of memory that one git may ask for, and bytes that a file of its may have. */
const memoryKib = 4 * 1024 * 1024;
export const mostPackBytes = 1024 ** 3;
/** Seconds of computing: holds also for a git that was left alone by a process that was killed. */
const mostCpuSeconds = 15 * 60;

/**
 * What every call is told, whatever git's own files say: nothing is run, asked, followed, or sent anywhere else.
 * (git-config(1); `GIT_CONFIG_NOSYSTEM` and the null file keep the machine's own settings out.)
 */
const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.symlinks=false",
  "core.askPass=",
  "core.sshCommand=false",
  "core.bigFileThreshold=2m",
  "credential.helper=",
  "http.followRedirects=false",
  "http.proxy=",
  "http.sslVerify=true",
  "http.emptyAuth=false",
  "http.cookieFile=",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=30",
  "protocol.version=2",
  "transfer.bundleURI=false",
  "fetch.uriProtocols=",
  "fetch.recurseSubmodules=false",
  "submodule.recurse=false",
  "fetch.unpackLimit=1",
  "pack.threads=1",
  "gc.auto=0",
  "maintenance.auto=false",
] as const;

export interface GitRun {
  /** The repository's folder, which is ours. */
  folder: string;
  signal: AbortSignal;
  /** Settings of this call alone; they may be secret, and travel in the environment. */
  config?: Readonly<Record<string, string>>;
  /** By default none at all: the call has no business on the network. */
  protocols?: "https" | "https:http";
  /** Seconds of computing; for tests fewer than usual. */
  cpuSeconds?: number;
}

export type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** git ended with an error; its words are for our decisions, never shown or logged: they may quote what a server sent. */
export class GitFailed extends Error {
  override readonly name = "GitFailed";
  /**
   * @param code that it ended with; null = a signal ended it
   */
  constructor(
    readonly said: string,
    readonly code: number | null,
    readonly endedBy: NodeJS.Signals | null,
  ) {
    super("git ended with an error");
  }
}

/** Has git, or a part of it, used up its time of computing? */
export const isSpent = (error: unknown) =>
  error instanceof GitFailed && (error.endedBy === "SIGXCPU" || /died of signal 24/.test(error.said));

/**
 * Starts git with nothing of our environment, no terminal to ask on, and limits of memory, file size and computing.
 * @param args as git takes them; whatever comes from outside stands behind `--`
 */
export function startGit(args: readonly string[], run: GitRun): GitProcess {
  const git = ["git", ...settings.flatMap((one) => ["-c", one]), "-C", run.folder, ...args];
  // The limits are the shell's to set; where the system has no limit of memory, the one of size still holds. That of
  // computing is a soft one, whose signal tells why git ended. No core: the environment may hold a token.
  const limited = [
    `ulimit -f ${mostPackBytes / 512}`,
    `ulimit -v ${memoryKib} 2>/dev/null`,
    `ulimit -S -t ${run.cpuSeconds ?? mostCpuSeconds} 2>/dev/null`,
    "ulimit -c 0 2>/dev/null",
    'exec "$@"',
  ].join("; ");
  run.signal.throwIfAborted();
  const child = spawn("/bin/sh", ["-c", limited, "sh", ...git], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environment(run),
    // A group of its own, so that what it starts ends with it.
    detached: true,
  });
  const kill = () => killGit(child);
  run.signal.addEventListener("abort", kill, { once: true });
  child.once("close", () => run.signal.removeEventListener("abort", kill));
  return child;
}

/** Ends a git with all that it has started. */
export function killGit({ pid }: GitProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function environment({ folder, config = {}, protocols }: GitRun): NodeJS.ProcessEnv {
  const given = Object.entries(config).flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return {
    NODE_ENV: "production",
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: folder,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    // Whatever repository the product itself may lie in is none of its business.
    GIT_CEILING_DIRECTORIES: path.dirname(folder),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    SSH_ASKPASS: "/bin/false",
    // An empty list would allow the usual ones.
    GIT_ALLOW_PROTOCOL: protocols ?? "none",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_CONFIG_COUNT: String(given.length / 2),
    ...Object.fromEntries(given),
    ...certificates(),
  };
}

/** By what certificates the operator has git trust servers; the only settings of the machine's that are passed on. */
function certificates(): Record<string, string> {
  const names = ["GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/**
 * Runs git to its end.
 * @param mostBytes of what it writes
 * @throws GitFailed when it ends with an error
 */
export async function runGit(args: readonly string[], run: GitRun, mostBytes = 64 * 1024): Promise<Buffer> {
  const git = startGit(args, run);
  git.stdin.on("error", () => {}); // it may end without reading
  git.stdin.end();
  const ended = endOf(git, run.signal);
  // Awaited below; whatever comes first there must not leave it alone.
  ended.catch(() => undefined);
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of git.stdout as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > mostBytes) {
      killGit(git);
      throw new Unreadable("This repository is too large to be read. Choose fewer of its files.");
    }
    parts.push(part);
  }
  await ended;
  return Buffer.concat(parts);
}

/** Resolves when git has ended well. @throws GitFailed, or the signal's reason when that ended it */
export async function endOf(git: GitProcess, signal: AbortSignal): Promise<void> {
  let said = "";
  git.stderr.on("data", (part: Buffer) => {
    if (said.length < mostMessage) said += part.toString("utf8");
  });
  const failed = new Promise<never>((_, reject) => git.once("error", reject));
  const [code, endedBy] = (await Promise.race([once(git, "close"), failed])) as [
    number | null,
    NodeJS.Signals | null,
  ];
  signal.throwIfAborted();
  if (code !== 0) throw new GitFailed(said.slice(0, mostMessage), code, endedBy);
}

let checked: Promise<void> | undefined;

/**
 * Is git there, and new enough?
 * @throws NotNow saying what is missing: whoever runs the product can mend it
 */
export function requireGit(folder: string): Promise<void> {
  checked ??= checkVersion(folder).catch((error: unknown) => {
    checked = undefined;
    throw error;
  });
  return checked;
}

async function checkVersion(folder: string): Promise<void> {
  const needed = `Repositories are read with git ${oldest.join(".")} or newer, which whoever runs Gurulog has to install.`;
  const version = await runGit(["--version"], { folder, signal: AbortSignal.timeout(10_000) }).catch(
    () => null,
  );
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(String(version)) ?? [];
  const isOld = Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]);
  if (version === null || isOld) throw new NotNow(needed);
}
