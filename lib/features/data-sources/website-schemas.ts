import { z } from "zod";

/** Addresses that one form takes. */
export const maxAddresses = 500;
/** Pages that one search of a site finds at most, and by default. */
export const maxCrawlPages = 2_000;
export const usualCrawlPages = 200;

const guru = z.string().min(1).max(64);

/** A text area's lines, or values of one name; empty lines go. */
const lines = (v: unknown): unknown =>
  (Array.isArray(v) ? v : [v]).flatMap((one) =>
    typeof one === "string" ? one.split(/\r?\n/).flatMap((line) => line.trim() || []) : [one],
  );

/** Longer texts than all of them together are not even taken apart. */
const addressLines = z.preprocess(
  (v) => (JSON.stringify(v ?? "").length > maxAddresses * 2_100 ? "too long" : lines(v)),
  z
    .array(
      z.string().max(2_000, "An address has at most 2,000 characters."),
      "Give at most 500 addresses, one a line.",
    )
    .min(1, "Give at least one address, such as https://docs.example.com/start.")
    .max(maxAddresses, `Give at most ${maxAddresses} addresses at a time.`),
);

export const addWebsiteSourcesInput = z.strictObject({ guru, urls: addressLines });

export const startCrawlInput = z.strictObject({
  guru,
  kind: z.enum(["links", "sitemap"], "Choose how the pages are found."),
  url: z
    .string("Give an address.")
    .trim()
    .min(1, "Give an address.")
    .max(2_000, "An address has at most 2,000 characters."),
  maxPages: z.preprocess(
    (v) => (v === undefined || v === "" ? usualCrawlPages : v),
    z.coerce
      .number("Give a number of pages.")
      .int("Give a whole number of pages.")
      .min(1, "Give at least one page.")
      .max(maxCrawlPages, `A search finds at most ${maxCrawlPages.toLocaleString("en-US")} pages.`),
  ),
});

export const stopCrawlInput = z.strictObject({ guru, id: z.uuid("This is no search. Reload the page.") });

/** Pages that a search found: by their numbers, or all of them. */
export const addCrawledPagesInput = z.strictObject({
  guru,
  id: z.uuid("This is no search. Reload the page."),
  pages: z.preprocess(
    (v) => (v === undefined || v === "" ? [] : Array.isArray(v) ? v : [v]),
    z
      .array(
        z.coerce
          .number()
          .int()
          .min(0)
          .max(maxCrawlPages * 10),
      )
      .min(1, "Choose at least one page.")
      .max(maxCrawlPages, `Choose at most ${maxCrawlPages.toLocaleString("en-US")} pages at a time.`)
      .transform((list) => [...new Set(list)]),
  ),
});
