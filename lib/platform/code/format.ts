/**
 * The form of what is written down of code: texts, symbols, postings and the keys in them. It changes with any of these, and
 * all is indexed anew; until then a reader that looks for the new keys finds in the old form less than there is.
 */
export const codeFormat = 5;
