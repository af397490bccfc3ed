import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { sealValue } from "@/lib/access/secrets";
import { secretWritten } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { mostSecrets, writeSecretInput } from "../schemas";

/** What the log shows of a value. */
const redacted = "[redacted]";

/** A maintainer stores a secret: under a new name, or in place of the value that a name had. */
export const writeSecret = command({
  name: "write-secret",
  input: writeSecretInput,
  allow: onGuru<{ guru: string }>("secret:manage", ({ guru }) => guru),
  event: secretWritten,
  target: ({ input }) => ({ id: input.name }),
  async run({ tx, input, principal, scope }) {
    const { id: guruId } = scope.guru;
    const { name } = input;
    const row = { guruId, name, ...sealValue(guruId, name, input.secretValue) };
    await holdGuru(tx, guruId);
    const replaced = await replaceValue(tx, row);
    const id = replaced ?? (await addSecret(tx, { ...row, createdBy: accountOf(principal) }));
    const isNew = replaced === null;
    return {
      value: { id, name, isNew },
      targetId: id,
      audit: {
        actionType: isNew ? "created" : "updated",
        target: { id },
        label: name,
        guru: scope.guru,
        changes: [{ field: "value", before: isNew ? null : redacted, after: redacted }],
      },
    };
  },
});

/** One writer at a time a guru, so that its secrets are counted rightly; and the guru stays until this is committed. */
async function holdGuru(tx: Tx, guruId: string): Promise<void> {
  const held = await tx.execute(sql`select from guru where id = ${guruId} for no key update`);
  if (held.length === 0) throw refuse("not_found", "This guru was just deleted.");
}

type Sealed = { guruId: string; name: string; sealed: Buffer; keyId: string };

/** @returns null when the guru has no secret of the name */
async function replaceValue(tx: Tx, { guruId, name, sealed, keyId }: Sealed): Promise<string | null> {
  const { secret } = schema;
  const [found] = await tx
    .update(secret)
    .set({ sealed, keyId, updatedAt: sql`gurulog_now()` })
    .where(and(eq(secret.guruId, guruId), eq(secret.name, name)))
    .returning({ id: secret.id });
  return found?.id ?? null;
}

async function addSecret(tx: Tx, row: Sealed & { createdBy: string | null }): Promise<string> {
  const { secret } = schema;
  if ((await tx.$count(secret, eq(secret.guruId, row.guruId))) >= mostSecrets)
    throw refuse(
      "conflict",
      `A guru has at most ${mostSecrets} secrets. Delete one that nothing uses first.`,
    );
  const [made] = await tx.insert(secret).values(row).returning({ id: secret.id });
  if (!made) throw new Error("no secret was made");
  return made.id;
}
