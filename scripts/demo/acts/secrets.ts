import { deleteSecret } from "@/lib/features/secrets/commands/delete-secret";
import { readSecret } from "@/lib/features/secrets/commands/read-secret";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { guruSecrets } from "@/lib/features/secrets/queries";
import { randomToken } from "@/lib/platform/crypto";
import { present } from "./accounts";
import { liveGuru } from "./gurus";
import { callOf, done, type World } from "./world";

export type SecretStep = "stored" | "renewed" | "shown" | "deleted";

const name = "WIKI_TOKEN";

/** Whoever made the guru keeps a token in it, replaces it when it expires, looks it up once, and takes it away. */
export async function secretAct(
  world: World,
  { slug, step }: { slug: string; step: SecretStep },
): Promise<void> {
  const guru = liveGuru(world, slug);
  const call = callOf(await present(world, guru.spec.maker));
  if (step === "stored" || step === "renewed") {
    done(await writeSecret.execute({ ...call, input: { guru: slug, name, secretValue: randomToken() } }));
    return;
  }
  const { secrets } = done(await guruSecrets.execute({ ...call, input: slug }));
  const input = { guru: slug, id: secrets.find((secret) => secret.name === name)?.id };
  if (step === "shown") done(await readSecret.execute({ ...call, input }));
  else done(await deleteSecret.execute({ ...call, input }));
}
