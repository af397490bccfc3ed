import type postgres from "postgres";
import { hashPassword } from "@/lib/access/passwords";
import type { Runtime } from "@/lib/platform/runtime";
import { visitor } from "../../../tests/e2e/support/visitor";
import { asBench } from "../load";

/** Who reads the log over HTTP: the owner, and an auditor beside. */
export interface Readers {
  owner: { email: string; password: string };
  auditor: { email: string; password: string };
}

const password = "ten million lamps on a quay";

/** Gives the first two people of the log a password, and the second the right to read all of it. */
export async function makeReaders(runtime: Runtime): Promise<Readers> {
  const hash = await hashPassword(password);
  return asBench(runtime, async (sql: postgres.Sql) => {
    const people = await sql<{ n: number; id: string; email: string }[]>`
      select n, id::text, email from bench.person where n <= 2 order by n`;
    const [owner, auditor] = people;
    if (!owner || !auditor) throw new Error("the log has no people");
    await sql`update account set password_hash = ${hash}, must_change_password = false where id in (${owner.id}, ${auditor.id})`;
    await sql`update membership set role = 'auditor' where account_id = ${auditor.id}`;
    return {
      owner: { email: owner.email, password },
      auditor: { email: auditor.email, password },
    };
  });
}

/** Signs somebody in by the form. @returns the cookie of the session */
export async function signIn(url: string, person: Readers["owner"]): Promise<string> {
  const browser = visitor({ address: url });
  const answer = await browser.submit("/sign-in", "Sign in", person);
  if (answer.status !== 303) throw new Error(`signing in answered ${answer.status}`);
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
