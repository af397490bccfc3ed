/** What somebody is in the organization, in a word. */
export function standingWord(user: {
  role: "owner" | "auditor" | "member" | null;
  isWaiting: boolean;
}): string {
  if (user.role === "owner") return "Owner";
  if (user.role === "auditor") return "Auditor";
  if (user.role === "member") return "Member";
  return user.isWaiting ? "Waits for approval" : "No member";
}
