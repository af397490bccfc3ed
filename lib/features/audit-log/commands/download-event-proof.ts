import "server-only";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { GuruFacts } from "@/lib/access/guru-standing";
import type { Principal, RequestFacts } from "@/lib/access/principal";
import { auditExported } from "@/lib/audit/catalogue/audit-log";
import { type Allow, inOrganization, onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import type { Result } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { proofFileName, proofFileText, proofOfEvent } from "../event-proof";
import { downloadEventProofInput } from "../schemas";

type Input = z.output<typeof downloadEventProofInput>;

const asked = ({ event }: Input) => `the proof of event ${event}`;

const mayDownload: Allow<Input, GuruFacts | null> = async (context) => {
  const { guru } = context.input;
  if (guru === undefined) return inOrganization<Input>("audit:export-global", asked)(context);
  return (await onGuru<Input>("audit:export-guru", () => guru)(context)).guru;
};

/** The file, for whoever may export the log that the event stands in. */
const proofFile = query({
  allow: mayDownload,
  run: ({ input, principal, scope: guru }) =>
    proofOfEvent({ orgId: principal.orgId, guruScope: guru?.id ?? null }, input.event),
});

/** Records that a proof leaves: an export of one row. */
export const recordProofDownload = sensitiveRead({
  name: "download-event-proof",
  input: downloadEventProofInput,
  allow: mayDownload,
  event: auditExported,
  target: ({ principal, scope }) =>
    scope ? { id: scope.id, type: "guru" } : { id: String(principal.orgId), type: "org" },
  async run({ tx, input, principal, scope: guru }) {
    const [organization] = await tx.execute<{ name: string }>(
      sql`select name from organization where id = ${principal.orgId}`,
    );
    const details = {
      filters: { event: input.event },
      format: "proof",
      fileName: proofFileName(input.event),
      exportId: mintId(),
      expectedRows: 1,
      success: true,
    };
    return {
      value: null,
      audit: { label: guru?.name ?? organization?.name ?? "-", guru, details },
    };
  },
});

/**
 * The proof file of one event, for a person at its details. Recorded before it leaves.
 * @returns `not_found` too for an event that is not sealed yet; `conflict` for one that does not verify
 */
export async function downloadEventProof(call: {
  principal: Principal;
  request: RequestFacts;
  input: unknown;
}): Promise<Result<{ fileName: string; text: string }>> {
  const parsed = downloadEventProofInput.safeParse(call.input);
  if (!parsed.success) return { ok: false, code: "invalid", message: "Name the event by its id." };
  const input = parsed.data;
  const found = await proofFile.execute({ ...call, input });
  if (!found.ok) return found;
  if (!found.value.ok) return found.value;
  const recorded = await recordProofDownload.execute({ ...call, input });
  if (!recorded.ok) return recorded;
  return {
    ok: true,
    value: { fileName: proofFileName(input.event), text: proofFileText(found.value.value) },
  };
}
