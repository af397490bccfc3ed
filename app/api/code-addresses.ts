import { blobAddress, treeAddress } from "@/components/code/code-address";

/** The viewer's addresses, for answers that lead there. */
export const codeAddresses = { blob: blobAddress, tree: treeAddress };
