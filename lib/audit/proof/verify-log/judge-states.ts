import "server-only";
import type { Adoption } from "../adoption";
import { sameBytes } from "../bytes";
import type { Findings } from "../verify/findings";
import type { RebuiltTree } from "./rebuild-tree";
import { adoptionOf, type State } from "./trusted-states";

const noted = (n: number): string => n.toLocaleString("en-US");

export interface Judged {
  /** States of the present name that the tree agrees with. */
  holds: State[];
  /** States of earlier names, and those that an owner's adoption has given up. */
  adopted: number;
  /** Those among them that somebody asks about and the log does not contain. */
  givenUp: State[];
  /** What the tree contradicts. */
  broken: State[];
}

/** Compares the states with a tree, without saying anything yet. */
export function judgeStates(
  tree: RebuiltTree,
  origin: string,
  states: readonly State[],
  adoptions: readonly Adoption[],
): Judged {
  const judged: Judged = { holds: [], adopted: 0, givenUp: [], broken: [] };
  for (const state of states) {
    if (!state.isSigned) continue;
    const root = tree.roots.get(state.size);
    const agrees = root !== undefined && sameBytes(root, state.root);
    // What an owner has given up may differ. What was adopted must not: it is a state of its own.
    const isRetired = state.origin !== origin && adoptionOf(state, origin, adoptions) !== undefined;
    if (isRetired) {
      judged.adopted += 1;
      if (state.isGiven && !agrees) judged.givenUp.push(state);
    } else if (!agrees || state.origin !== origin) judged.broken.push(state);
    else judged.holds.push(state);
  }
  return judged;
}

/** Says which states are broken; of many that follow from one change only the first is told in full. */
export function nameBroken(
  tree: RebuiltTree,
  origin: string,
  { holds, broken, givenUp }: Judged,
  findings: Findings,
): void {
  for (const state of givenUp)
    findings.add(
      "rollback",
      `The checkpoint of ${noted(state.size)} events (${state.from}) is no part of the log any more: the owner went on without what it covers, under a new name (ADOPT_ORIGIN).`,
    );
  const within = broken.filter((s) => s.origin === origin && s.size <= tree.size);
  const first = within.reduce<State | undefined>((a, b) => (a && a.size <= b.size ? a : b), undefined);
  if (first) {
    const good = holds.reduce((a, s) => (s.size < first.size ? Math.max(a, s.size) : a), 0);
    const more = within.length > 1 ? ` The same holds for ${noted(within.length - 1)} later ones.` : "";
    findings.add(
      first.from === null ? "checkpoint" : "rollback",
      `The first ${noted(first.size)} events are not those of the checkpoint that was signed${first.from ? ` and is held in ${first.from}` : ""}: something between the places ${noted(good)} and ${noted(first.size - 1)} was changed.${more}`,
      { index: good },
    );
  }
  const largest = broken
    .filter((s) => s.origin === origin && s.size > tree.size)
    .reduce<State | undefined>((a, b) => (a && a.size >= b.size ? a : b), undefined);
  if (largest)
    findings.add(
      "rollback",
      `A checkpoint of ${noted(largest.size)} events was signed${largest.from ? ` (${largest.from})` : ""}, and the log has ${noted(tree.size)}: its newest events were cut off, or it was set back to an earlier state.`,
      { index: tree.size },
    );
  for (const state of broken.filter((s) => s.origin !== origin))
    findings.add(
      state.from === null ? "checkpoint" : "rollback",
      `A checkpoint of ${noted(state.size)} events under the name ${state.origin}${state.from ? ` (${state.from})` : ""} was never adopted by this log.`,
    );
}

/** What explains a checkpoint that no key that counts has signed. */
export interface Rotations {
  /** Whether the log holds the record of a rotation. */
  recorded: boolean;
  /** Microseconds since 1970: the record of one that is older is gone by now. */
  cutoff: number;
  /** Names that the log has had, by statements whose key may have been retired since. */
  retiredNames: ReadonlySet<string>;
}

/**
 * Says which states no key that counts has signed. One from before a rotation, whose key is gone by now, proves nothing
 * that a newer one does not; it may be there as long as it tells the same, or bears a name that was given up.
 */
export function nameUnsigned(
  tree: RebuiltTree,
  origin: string,
  { holds }: Judged,
  states: readonly State[],
  rotations: Rotations,
  findings: Findings,
): void {
  const newest = holds.reduce((a, s) => Math.max(a, s.size), -1);
  for (const state of states.filter((s) => !s.isSigned)) {
    const root = tree.roots.get(state.size);
    const isRetired = state.origin !== origin && rotations.retiredNames.has(state.origin);
    const isOurs = isRetired || state.origin === origin;
    const isSame = isOurs && state.size <= newest && root !== undefined && sameBytes(root, state.root);
    const isGivenUp = isRetired && newest >= 0;
    // One that is held outside came there before any rotation that its log has forgotten.
    const mayBeOld =
      rotations.recorded || (state.storedAt === undefined ? isSame : state.storedAt < rotations.cutoff);
    if (mayBeOld && (isSame || isGivenUp)) continue;
    findings.add(
      "signature",
      `The checkpoint of ${noted(state.size)} events${state.from ? ` (${state.from})` : ""} is not signed by a key of this log.`,
    );
  }
}
