import { fromBase64, sameBytes } from "../bytes";
import { nodeHash } from "../merkle";

interface Step {
  child: Uint8Array;
  sibling: string;
  siblingIsLeft: boolean;
  parent: Uint8Array;
}

/**
 * Checks many audit paths against one root. Neighbours share all but the lowest steps of their paths: a step that was
 * computed for the leaf before is not computed again. RFC 9162 section 2.1.3.2.
 */
export class PathChecker {
  readonly #size: number;
  readonly #root: Uint8Array;
  readonly #steps: (Step | undefined)[] = [];

  constructor(size: number, root: Uint8Array) {
    this.#size = size;
    this.#root = root;
  }

  /** @param path base64, from the leaf upwards. False for a path that cannot be read, too. */
  isIncluded(leaf: Uint8Array, index: number, path: readonly string[]): boolean {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.#size) return false;
    let fn = index;
    let sn = this.#size - 1;
    let hash = leaf;
    let level = 0;
    try {
      for (const sibling of path) {
        if (sn === 0) return false;
        const siblingIsLeft = fn % 2 === 1 || fn === sn;
        hash = this.#parent(level, hash, sibling, siblingIsLeft);
        if (siblingIsLeft) {
          while (fn % 2 === 0 && fn !== 0) {
            fn /= 2;
            sn = Math.floor(sn / 2);
          }
        }
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
        level += 1;
      }
    } catch {
      return false;
    }
    return sn === 0 && sameBytes(hash, this.#root);
  }

  #parent(level: number, child: Uint8Array, sibling: string, siblingIsLeft: boolean): Uint8Array {
    const known = this.#steps[level];
    if (known?.sibling === sibling && known.siblingIsLeft === siblingIsLeft && sameBytes(known.child, child))
      return known.parent;
    const bytes = fromBase64(sibling);
    if (bytes.length !== 32) throw new Error("a hash has 32 bytes");
    const parent = siblingIsLeft ? nodeHash(bytes, child) : nodeHash(child, bytes);
    this.#steps[level] = { child, sibling, siblingIsLeft, parent };
    return parent;
  }
}
