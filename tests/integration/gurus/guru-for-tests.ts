import type { Principal, UserPrincipal } from "@/lib/access/principal";
import { db, schema } from "@/lib/db/client";
import { addTextSource } from "@/lib/features/data-sources/commands/add-text-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import type { AttemptResult } from "@/lib/platform/errors";
import { testRequest } from "@/tests/support/product";

/** The value of an act that must have gone well. */
export function done<V>(result: AttemptResult<V>): V {
  if (!result.ok) throw new Error(`refused: ${result.code} ${result.message}`);
  if ("repeated" in result) throw new Error("repeated");
  return result.value;
}

let made = 0;

/** A guru of the person's, with a slug of its own. */
export async function guruOf(
  principal: Principal,
  input: Record<string, unknown> = {},
): Promise<{ id: string; slug: string; name: string }> {
  const slug = `guru-${++made}`;
  return done(
    await createGuru.execute({
      principal,
      request: testRequest,
      input: { name: "Platform docs", slug, ...input },
    }),
  );
}

/** A role given behind the commands' back. */
export async function giveRole(
  guruId: string,
  person: UserPrincipal,
  role: "maintainer" | "viewer",
): Promise<void> {
  await db().insert(schema.guruRole).values({ guruId, accountId: person.accountId, role });
}

export async function textIn(
  guru: string,
  principal: Principal,
  title: string,
  content: string,
): Promise<string> {
  return done(
    await addTextSource.execute({ principal, request: testRequest, input: { guru, title, content } }),
  ).id;
}

/** The id of a file that has arrived. */
export async function uploadIn(
  guru: string,
  principal: Principal,
  fileName: string,
  text: string,
): Promise<string> {
  const bytes = Buffer.from(text);
  const body = new Blob([bytes]).stream();
  const sent = { principal, request: testRequest, guru, fileName, declaredBytes: bytes.length, body };
  return done(await receiveUpload(sent)).id;
}
