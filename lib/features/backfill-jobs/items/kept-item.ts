import { z } from "zod";
import { cleanText } from "@/lib/platform/clean-text";

/** UTF-16 units of an item's text; what is longer is cut. */
export const maxItemText = 1_000_000;
const longestKey = 500;
const clean = (text: string) => cleanText(text);

/** An item as it is kept. */
export const keptItem = z.strictObject({
  /** Of its service, which tells it from the items of every other. */
  key: z.string().min(1).max(longestKey).transform(clean),
  title: z.string(),
  url: z.string(),
  version: z.string().max(longestKey).transform(clean),
  format: z.enum(["html", "markdown"]),
  text: z.string().max(maxItemText),
});
export type KeptItem = z.infer<typeof keptItem>;
