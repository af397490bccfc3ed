import { codeFolder } from "@/lib/features/code-search/viewer-queries";
import { folderQuestion } from "@/lib/features/code-search/viewer-schemas";
import { answerAhead } from "@/lib/gate/prefetch";
import { json, plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { statusOf } from "../../exports/answers";
import { callerOf } from "../../exports/caller";

/**
 * `?repository=&revision=&folder=`: `{entries: [{name, path, kind}]}` of one folder, for the tree beside a file. Names
 * alone: it is recorded nowhere (a denial is). 404 for what is not there and for what may not be seen alike; nothing (204),
 * whoever asks, ahead of need.
 */
export const GET = toRoute(plainFamily, async ({ request, facts }) => {
  const ahead = answerAhead(request);
  if (ahead) return ahead;
  const params = new URL(request.url).searchParams;
  const asked = folderQuestion.safeParse({
    repository: params.get("repository") ?? "",
    revision: params.get("revision"),
    folder: params.get("folder") ?? "",
  });
  if (!asked.success)
    return plainError(400, "invalid", asked.error.issues[0]?.message ?? "This is no folder.");
  const result = await codeFolder.execute({
    principal: await callerOf(request),
    request: facts,
    input: asked.data,
    // Nobody reads the answer to a HEAD: it has no names in it, and a denied one learns that it is denied.
    isRecorded: request.method !== "HEAD",
  });
  if (!result.ok) return plainError(statusOf(result.code), result.code, result.message);
  return result.value
    ? json(200, { entries: result.value })
    : plainError(404, "not_found", "There is no such folder, or you may not see it.");
});
