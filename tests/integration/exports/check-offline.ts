import "@/lib/audit/proof/node-primitives";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { verifierKey } from "@/lib/audit/proof/note";
import { verifiersOf } from "@/lib/audit/proof/signing-keys";
import { checkFiles, type Outcome } from "@/lib/audit/proof/verify/check-files";
import { nodePlatform } from "@/lib/audit/proof/verify/node-platform";
import type { TestProduct } from "@/tests/support/product";
import { readVerifiable } from "./read-files";

const run = promisify(execFile);

/** The log's verifier key, as somebody would have noted it. */
export async function notedKey({ admin }: TestProduct): Promise<string> {
  const [head] = await admin<{ origin: string }[]>`select origin from audit_head where org_id = 1`;
  const [key] = verifiersOf(head?.origin ?? "");
  if (!key) throw new Error("the log has no key");
  return verifierKey(key);
}

/** Runs the verifier that stands in a verifiable export, with plain Node, in a folder that holds nothing else. */
export async function runEnclosedVerifier(zip: Uint8Array, key: string): Promise<Outcome & { exit: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), "gurulog-verify-"));
  try {
    for (const [name, bytes] of Object.entries(readVerifiable(zip).parts))
      await writeFile(path.join(folder, name), bytes);
    const script = path.join(folder, "verify.mjs");
    const done = await run(process.execPath, [script, "--json", "--key", key], {
      cwd: folder,
      env: { NODE_ENV: "production" },
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      ({ stdout }) => ({ stdout, exit: 0 }),
      (error: { stdout: string; code: number }) => ({ stdout: error.stdout, exit: error.code }),
    );
    return { ...(JSON.parse(done.stdout) as Outcome), exit: done.exit };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Checks files as the verifier does. */
export async function check(files: { name: string; bytes: Uint8Array }[]): Promise<Outcome> {
  return checkFiles(
    files.map(({ name, bytes }) => ({
      name,
      source: {
        size: bytes.length,
        read: async (at: number, length: number) => bytes.subarray(at, at + length),
      },
    })),
    { trust: { pinned: [] }, platform: nodePlatform },
  );
}
