import { z } from "zod";

export const revokeSessionInput = z.strictObject({
  session: z.string("There is no such session.").regex(/^[0-9a-f]{64}$/, "There is no such session."),
});
export const revokeOtherSessionsInput = z.strictObject({});
