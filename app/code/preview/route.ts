import { previewDefinition } from "@/lib/features/code-search/viewer-queries";
import { previewQuestion } from "@/lib/features/code-search/viewer-schemas";
import { answerAhead } from "@/lib/gate/prefetch";
import { json, plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { statusOf } from "../../exports/answers";
import { callerOf } from "../../exports/caller";

/**
 * `?repository=&revision=&language=&symbol=`: `{definitions: [{path, line, kind, text}], more}` for a hover, at most four
 * places with what of their line declares the symbol. It is recorded nowhere (a denial is); going to a definition is. 503
 * when the person's searches are as many as may run at once; nothing (204), whoever asks, ahead of need.
 */
export const GET = toRoute(plainFamily, async ({ request, facts }) => {
  const ahead = answerAhead(request);
  if (ahead) return ahead;
  const params = new URL(request.url).searchParams;
  const asked = previewQuestion.safeParse({
    repository: params.get("repository") ?? "",
    revision: params.get("revision"),
    language: params.get("language"),
    symbol: params.get("symbol") ?? "",
  });
  if (!asked.success)
    return plainError(400, "invalid", asked.error.issues[0]?.message ?? "This is no symbol.");
  const result = await previewDefinition.execute({
    principal: await callerOf(request),
    request: facts,
    input: asked.data,
    // Nobody reads the answer to a HEAD: it has no text in it, and a denied one learns that it is denied.
    isRecorded: request.method !== "HEAD",
  });
  if (!result.ok) return plainError(statusOf(result.code), result.code, result.message);
  return result.value
    ? json(200, result.value)
    : plainError(503, "busy", "Other searches of yours are running.", { "retry-after": "2" });
});
