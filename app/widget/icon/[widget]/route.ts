import { anonymousPrincipal } from "@/lib/access/principal";
import { widgetIcon } from "@/lib/features/widgets/queries";
import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";

export const dynamic = "force-dynamic";

/** The picture of a widget's guru, for an image in the pages of its site, which sends no headers of its own. */
export const GET = toRoute<{ widget: string }>(plainFamily, async ({ params, facts }) => {
  const found = await widgetIcon.execute({
    principal: anonymousPrincipal,
    request: facts,
    input: params.widget,
  });
  if (!found.ok || !found.value) return plainError(404, "not_found", "There is no such picture.");
  return new Response(new Uint8Array(found.value.data), {
    headers: {
      "content-type": found.value.type,
      "cache-control": "public, max-age=3600",
      "content-disposition": "inline",
      "cross-origin-resource-policy": "cross-origin",
    },
  });
});
