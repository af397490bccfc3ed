import { statusOf } from "@/app/exports/answers";
import { callerOf } from "@/app/exports/caller";
import { beginAnswer } from "@/lib/features/ask/commands/begin-answer";
import { answerBody } from "@/lib/features/ask/http/post-answer";
import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";

/**
 * Asks a guru: JSON `{guru, question}`, `Idempotency-Key` optional. The answer comes as lines of JSON while it is written:
 * what was found, pieces of text, the end; an empty line now and then while the model is silent. The page's form does the same by its action, in one piece.
 */
export const POST = toRoute(plainFamily, async ({ request, facts }) => {
  const input: unknown = await request.json().catch(() => null);
  const attemptId = request.headers.get("idempotency-key");
  const by = { principal: await callerOf(request), request: facts };
  const begun = await beginAnswer.execute({ ...by, input, ...(attemptId ? { attemptId } : {}) });
  if (!begun.ok) {
    const { code, message, retryAfterS } = begun;
    const wait = retryAfterS === undefined ? undefined : { "retry-after": String(retryAfterS) };
    return plainError(statusOf(code), code, message, wait);
  }
  if ("repeated" in begun)
    return plainError(409, "conflict", "This question was sent before. Ask it again to see an answer.");
  return new Response(answerBody(begun.value, by, request.signal), {
    headers: {
      "content-type": "application/x-ndjson; charset=utf-8",
      // Compressed, it would wait until there is enough to compress.
      "cache-control": "no-store, no-transform",
      // nginx would hand the lines on in one piece at the end.
      "x-accel-buffering": "no",
    },
  });
});
