"use server";
import { deleteSecret } from "@/lib/features/secrets/commands/delete-secret";
import { readSecret } from "@/lib/features/secrets/commands/read-secret";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { toAction } from "@/lib/gate/to-action";

export const writeSecretAction = toAction(writeSecret, {
  message: ({ name, isNew }) => (isNew ? `Secret ${name} stored.` : `Secret ${name} has a new value.`),
  revalidate: ["/gurus"],
});
export const readSecretAction = toAction(readSecret);
export const deleteSecretAction = toAction(deleteSecret, {
  message: ({ name }) => `Secret ${name} deleted.`,
  revalidate: ["/gurus"],
});
