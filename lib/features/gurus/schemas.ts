import { z } from "zod";

export const maxName = 100;
export const maxSlug = 64;
export const maxDescription = 1_000;
export const maxTopics = 200;
export const maxIntro = 2_000;
export const maxExampleQuestions = 3;
export const maxExampleQuestion = 100;
export const maxInstructions = 10_000;
/** Bytes. A form's whole body ends at 1 MiB and a little; what lies between is for its other fields. */
export const maxLogoBytes = 1_000_000;
const visibilities = ["private", "organization"] as const;

/** Addresses of the product's own under /gurus. */
const reservedSlugs: readonly string[] = ["new", "none"];
const slugShape = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;

/**
 * @param name what a guru is called
 * @returns the slug that follows from it: empty where nothing of the name can stand in one
 */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, maxSlug)
    .replaceAll(/-+$/g, "");

/** Browsers send every line end of a text area as CR LF, whatever was stored: without this, saving would be a change. */
const lines = (text: string) => text.replaceAll("\r\n", "\n");
const field = (what: string, max: number) =>
  z
    .string(`Give ${what} as text.`)
    .transform((text) => lines(text).trim())
    .pipe(z.string().max(max, `At most ${max.toLocaleString("en-US")} characters.`));
const name = z
  .string("Give the guru a name.")
  .trim()
  .min(1, "Give the guru a name.")
  .max(maxName, `A name has at most ${maxName} characters.`);
const slug = z
  .string("Give the guru a slug.")
  .trim()
  .min(1, "Give the guru a slug.")
  .max(maxSlug, `A slug has at most ${maxSlug} characters.`)
  .regex(
    slugShape,
    "A slug has lower-case letters, digits and dashes, and begins and ends with a letter or digit.",
  )
  .refine((text) => !reservedSlugs.includes(text), "This slug is the product's own. Choose another one.");
const exampleQuestions = z.preprocess(
  (v) => (Array.isArray(v) ? v : [v]).filter((q) => typeof q !== "string" || q.trim() !== ""),
  z
    .array(
      z.string().trim().max(maxExampleQuestion, `A question has at most ${maxExampleQuestion} characters.`),
    )
    .max(maxExampleQuestions, `At most ${maxExampleQuestions} questions.`),
);
const visibility = z.enum(visibilities, "Choose who may ask.");

/** The first bytes say what an image is; its name and declared type are the sender's words. */
function imageType(head: Uint8Array): "image/png" | "image/jpeg" | null {
  const starts = (...bytes: number[]) => bytes.every((byte, at) => head[at] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  if (starts(0xff, 0xd8, 0xff)) return "image/jpeg";
  return null;
}

function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8_192)
    binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(binary);
}

/** A chosen file as type and base64; an empty file is what a form sends when none was chosen. */
const logo = z
  .preprocess(
    (v) => (v instanceof File && v.size === 0 ? undefined : v),
    z.instanceof(File, { message: "Choose a picture." }).optional(),
  )
  .transform(async (file, ctx) => {
    if (file === undefined) return undefined;
    if (file.size > maxLogoBytes) {
      ctx.addIssue({ code: "custom", message: "A logo has at most 1 MB. Choose a smaller picture." });
      return z.NEVER;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const type = imageType(bytes);
    if (type === null) {
      ctx.addIssue({ code: "custom", message: "A logo is a PNG or JPEG picture. This file is neither." });
      return z.NEVER;
    }
    return { type, base64: base64Of(bytes) };
  });

export const createGuruInput = z.strictObject({
  name,
  slug,
  description: field("the description", maxDescription).default(""),
  topics: field("the topics", maxTopics).default(""),
  introText: field("the intro text", maxIntro).default(""),
  exampleQuestions: exampleQuestions.default([]),
  instructions: field("the instructions", maxInstructions).default(""),
  visibility: visibility.default("private"),
  logo: logo.optional(),
});

/** What is left out stays as it is. The slug is not here: addresses that were shared stay true. */
export const updateGuruInput = z.strictObject({
  guru: z.string().min(1).max(maxSlug),
  name: name.optional(),
  description: field("the description", maxDescription).optional(),
  topics: field("the topics", maxTopics).optional(),
  introText: field("the intro text", maxIntro).optional(),
  exampleQuestions: exampleQuestions.optional(),
  instructions: field("the instructions", maxInstructions).optional(),
  visibility: visibility.optional(),
  logo: logo.optional(),
  removeLogo: z.preprocess((v) => v === true || v === "on", z.boolean()).default(false),
});

export const deleteGuruInput = z.strictObject({
  guru: z.string().min(1).max(maxSlug),
  /** The slug, typed by the person. */
  confirmation: z.string().max(200),
});
