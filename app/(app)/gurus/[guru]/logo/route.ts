import { callerOf } from "@/app/exports/caller";
import { guruLogo } from "@/lib/features/gurus/queries";
import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";

/** The picture of a guru, for whoever may see the guru. */
export const GET = toRoute<{ guru: string }>(plainFamily, async ({ request, params, facts }) => {
  const found = await guruLogo.execute({
    principal: await callerOf(request),
    request: facts,
    input: params.guru,
  });
  if (!found.ok || !found.value) return plainError(404, "not_found", "There is no such picture.");
  return new Response(new Uint8Array(found.value.data), {
    headers: {
      "content-type": found.value.type,
      "cache-control": "private, no-cache",
      "content-disposition": "inline",
    },
  });
});
