/** A mail's subject and text, without its greeting and foot. */
export interface MailWords {
  subject: string;
  /** Paragraphs, in order; an address stands in one of its own, so that no mail program cuts it. */
  lines: string[];
}

const longestName = 100;

/**
 * A name or address that somebody chose, for the middle of a sentence: one line, nothing that turns the writing around,
 * and no longer than a name is.
 */
export function inSentence(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= longestName ? line : `${line.slice(0, longestName - 1).toWellFormed()}…`;
}

/** A moment as a mail says it, whose reader's time zone is not known. */
export function moment(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The whole text of a mail. */
export function mailText({ lines }: MailWords, organization: string, baseUrl: string): string {
  return `${[...lines, `--\nGurulog of ${inSentence(organization)}\n${baseUrl}`].join("\n\n")}\n`;
}
