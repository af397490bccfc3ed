import { redirect } from "next/navigation";
import { requireUser } from "./(app)/load";

/** Where each role begins: an auditor has no gurus. */
export default async function StartPage() {
  const user = await requireUser();
  redirect(user.role === "auditor" ? "/settings/audit-logs" : "/gurus");
}
