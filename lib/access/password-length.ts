/** Limits of a password in characters; the upper one only bounds the work. Client-safe. */
export const leastPasswordLength = 12;
export const mostPasswordLength = 1_024;
