/** Of a text whose symbols are found, in bytes: longer ones are generated, or data. */
export const longestText = 512 * 1024;
