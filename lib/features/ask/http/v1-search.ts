import "server-only";
import { z } from "zod";
import { json } from "@/lib/gate/to-route";
import { v1Failure } from "@/lib/gate/v1";
import { sentBefore, v1Post } from "@/lib/gate/v1-post";
import { searchGuru } from "../commands/search-guru";

/** `POST /api/v1/{guru}/semantic-search/`: the sources that speak of a question, without an answer. */
export const postSearch = v1Post(
  { permission: "guru:ask", body: z.strictObject({ question: z.string("Send a question.") }) },
  async ({ params, facts, principal, body, attempt }) => {
    const input = { guru: params.guru, question: body.question };
    const found = await searchGuru.execute({ principal, request: facts, input, ...attempt });
    if (!found.ok) return v1Failure(found);
    if ("repeated" in found) return sentBefore();
    const { sources, total } = found.value;
    return json(200, { sources, total_sources: total });
  },
);
