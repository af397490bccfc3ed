import { z } from "zod";

export const adoptOriginInput = z.strictObject({
  /** Events of the log as the page showed it. */
  size: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  /** The same number, typed by the person; commas and spaces do not matter. */
  confirmation: z.string().max(200),
});
