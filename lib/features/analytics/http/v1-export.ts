import "server-only";
import { z } from "zod";
import { v1Failure } from "@/lib/gate/v1";
import { sentBefore, v1Post } from "@/lib/gate/v1-post";
import { attachmentHeaders } from "../export/attachment";
import { sendAnalytics } from "../export/send-analytics";

/** What the values are is the command's to judge. */
const body = z.strictObject({
  export_type: z.unknown().default("xlsx"),
  interval: z.unknown().default("today"),
  filters: z.unknown().default({}),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
  time_zone: z.unknown().default("UTC"),
});

/** `POST /api/v1/{guru}/analytics/export/`: the analytics as a file; 404 when there is nothing in it. */
export const postExport = v1Post(
  { permission: "analytics:read", body },
  async ({ params, facts, principal, body: asked, attempt }) => {
    const { export_type: format, time_zone: timeZone, ...rest } = asked;
    const input = { guru: params.guru, format, timeZone, ...rest };
    const sent = await sendAnalytics({ principal, request: facts, input, ...attempt });
    if (!sent.ok) return v1Failure(sent);
    if ("repeated" in sent) return sentBefore();
    return new Response(sent.value.body, { headers: attachmentHeaders(sent.value) });
  },
);
