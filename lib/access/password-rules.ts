import "server-only";
import { dictionary } from "@zxcvbn-ts/language-common";
import { leastPasswordLength, mostPasswordLength } from "./password-length";

/** Some 49,000 passwords from leaks, the most used first (zxcvbn's list). */
const commonPasswords = dictionary["passwords-common"];
const common = new Set(commonPasswords);
/** The worst of them are refused with digits and signs around them too: `Password-1234`. */
const worst = new Set(commonPasswords.slice(0, 1_000).filter((word) => /^[a-z]{5,}$/.test(word)));

const sequences = [
  "01234567890123456789",
  "98765432109876543210",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjklzxcvbnm",
];

function isCommon(password: string): boolean {
  const plain = password.toLowerCase();
  const core = plain.replace(/^[^a-z]+|[^a-z]+$/g, "");
  return (
    common.has(plain) || worst.has(core) || sequences.some((s) => s.includes(plain)) || isRepetition(plain)
  );
}

/** A short text over and over: `aaaaaaaaaaaa`, `abc1abc1abc1`. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= 6 && period <= text.length / 2; period += 1) {
    if (
      text ===
      text
        .slice(0, period)
        .repeat(Math.ceil(text.length / period))
        .slice(0, text.length)
    )
      return true;
  }
  // A common word twice or more is still a common word.
  const half = text.slice(0, text.length / 2);
  return text === half + half && common.has(half);
}

/**
 * What is wrong with a new password, in words for the person; null when it may be used. No rules about kinds of
 * characters: length and not being guessable are what counts (NIST SP 800-63B, 3.1.1.2).
 * @param of whose it is to be: it may be neither their e-mail nor their name
 */
export function passwordProblem(password: string, of: { email: string; name: string }): string | null {
  const length = [...password].length;
  if (length < leastPasswordLength) return `Use at least ${leastPasswordLength} characters.`;
  if (password.length > mostPasswordLength)
    return `Use at most ${mostPasswordLength.toLocaleString("en")} characters.`;
  const same = (other: string) =>
    other !== "" && password.trim().toLowerCase() === other.trim().toLowerCase();
  if (same(of.email) || same(of.email.split("@")[0] ?? ""))
    return "The e-mail address cannot be the password.";
  if (same(of.name)) return "The name cannot be the password.";
  if (isCommon(password))
    return "This password is among the common ones that are tried first. Choose another, such as four unrelated words.";
  return null;
}
