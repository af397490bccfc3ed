import "server-only";
import { hash, verify } from "@node-rs/argon2";
import { fewAtOnce } from "./few-at-once";
import { mostPasswordLength } from "./password-length";

/**
 * argon2id with 19 MiB, two passes, one lane.
 * Source: OWASP Password Storage Cheat Sheet, "Argon2id" (the second of its equivalent settings), which is also the
 * default of the library; written out so that an update of the library cannot change it.
 */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/** Checked where there is no account, so that the answer takes as long: a hash of random bytes nobody kept. */
const nobodysHash =
  "$argon2id$v=19$m=19456,t=2,p=1$b6p5HnAWgyBikFLUaCLYPA$8S5aR7Ozbj6T8ArXYIlPC/M9qjIwctdksIRCZSP7fFE";

const mostAtOnce = 2;

interface Hashing {
  running: number;
  /** Hashes computed since the start, and the most that ran at once. */
  total: number;
  peak: number;
}

const slot = Symbol.for("gurulog.hashing");

/** Shared by all module graphs of the process: the memory that hashes take is the process's. */
function hashing(): Hashing {
  const holder = globalThis as { [slot]?: Hashing };
  holder[slot] ??= { running: 0, total: 0, peak: 0 };
  return holder[slot];
}

/** At most two at a time, first come first served: a flood of sign-ins waits instead of taking all memory. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return fewAtOnce("password hash", mostAtOnce, async () => {
    const state = hashing();
    state.running += 1;
    state.total += 1;
    state.peak = Math.max(state.peak, state.running);
    try {
      return await work();
    } finally {
      state.running -= 1;
    }
  });
}

/** NFKC, so that the same password typed on another keyboard stays the same (NIST SP 800-63B, 3.1.1.2). */
function bytesOf(password: string): Buffer {
  return Buffer.from(password.normalize("NFKC"), "utf8");
}

/**
 * Hashes a password for storage.
 * @returns PHC string with a random salt
 */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(bytesOf(password), parameters));
}

/**
 * Checks a password. Always computes one hash, also where there is nothing to compare with.
 * @param stored PHC string, or null when the account does not exist or has no password
 * @returns true only for the right password of a stored hash
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const possible = stored !== null && password.length <= mostPasswordLength;
  const matched = await inTurn(() =>
    verify(possible ? stored : nobodysHash, bytesOf(password.slice(0, mostPasswordLength))),
  );
  return possible && matched;
}

/** How many hashes this process computed, and the most at once; for the tests of timing and memory. */
export function hashesComputed(): { total: number; peak: number } {
  const { total, peak } = hashing();
  return { total, peak };
}
