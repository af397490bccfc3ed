import "server-only";
import {
  type Adoption,
  adoptionText,
  joinNotes,
  parseAdoption,
  splitAdoptions,
} from "@/lib/audit/proof/adoption";
import { isSignedBy, parseNote, signNote } from "@/lib/audit/proof/note";
import { signersOf, verifiersOf } from "@/lib/audit/proof/signing-keys";
import type { AnySql } from "./dimensions";

/**
 * The adoptions of an organization's log, the first first; what retires each name that it has had. Only those that are
 * signed by a key of ours: the table can be written by the runtime role, and a row without a valid signature means nothing.
 */
export async function adoptions(sql: AnySql, orgId: number): Promise<Adoption[]> {
  const rows = await sql<{ origin: string; note: string }[]>`
    select origin, note from audit_adoption where org_id = ${orgId} order by created_at, origin`;
  return rows.flatMap(({ origin, note }) =>
    splitAdoptions(note).flatMap((statement) => {
      const adoption = validAdoption(statement);
      return adoption?.adopted.origin === origin ? [adoption] : [];
    }),
  );
}

/** The statements of one adoption as they are stored, each signed under the name that it retires. */
export function signAdoptions(statements: Adoption[]): string {
  return joinNotes(
    statements.map((adoption) => signNote(adoptionText(adoption), signersOf(adoption.retired.origin))),
  );
}

function validAdoption(note: string): Adoption | null {
  try {
    const adoption = parseAdoption(note);
    const parsed = parseNote(note);
    return verifiersOf(adoption.retired.origin).some((key) => isSignedBy(parsed, key)) ? adoption : null;
  } catch {
    return null;
  }
}
