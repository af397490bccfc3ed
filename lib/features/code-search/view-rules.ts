/** Of a folder: more are not listed. */
export const mostEntries = 5_000;
/** Of a file's outline. */
export const mostSymbols = 500;
