/** Names of branches as git allows them (git-check-ref-format(1)), but for those that another command could misread. */
const badBranch = /^[-/.]|^@$|[/.]$|\.\.|\/[/.]|@\{|\.lock(\/|$)|[\p{Cc}\p{Cf}\p{Cs}\p{Z}~^:?*[\\]/u;

/** @returns what is wrong with a branch's name, for the person, or null */
export function branchProblem(name: string): string | null {
  if (name.length > 200) return "A branch's name has at most 200 characters.";
  return badBranch.test(name)
    ? "This is no branch’s name. Write it without refs/heads/, such as main."
    : null;
}
