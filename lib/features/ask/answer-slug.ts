const longest = 80;

/**
 * A name for an answer in an address: the question in small letters and dashes, and the end of its id, so that two
 * answers to one question differ.
 */
export function answerSlug(question: string, questionId: string): string {
  const words = question
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longest)
    .replace(/^-+|-+$/g, "");
  const end = questionId.replaceAll("-", "").slice(-8);
  return words === "" ? end : `${words}-${end}`;
}
