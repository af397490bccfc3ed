/** UTF-16 units of text that one file may have: a small file can repeat itself without end. */
export const maxTextLength = 200_000_000;
/** Units of text that are passed on at once, so that one page cannot fill the receiver's memory. */
export const maxPieceLength = 64 * 1024;
