import { z } from "zod";
import { branchProblem } from "./git/branch-name";
import { globProblem, maxGlobs } from "./git/path-globs";

const guru = z.string().min(1).max(64);

const blankIsNone = <T extends z.ZodType>(schema: T) =>
  z.preprocess((v) => (typeof v === "string" && v.trim() === "" ? undefined : v), schema.optional());

/** Patterns, one a line or with commas between them. */
const globs = z.preprocess(
  (v) => {
    if (v === undefined) return [];
    if (typeof v !== "string") return v;
    // More than all of them could have is not even taken apart.
    return v.length > maxGlobs * 300
      ? ["x".repeat(300)]
      : v.split(/[,\r\n]+/).flatMap((one) => one.trim() || []);
  },
  z
    .array(
      z.string().check((ctx) => {
        const problem = globProblem(ctx.value);
        if (problem) ctx.issues.push({ code: "custom", message: problem, input: ctx.value });
      }),
    )
    .max(maxGlobs, `Give at most ${maxGlobs} patterns.`),
);

export const addRepositorySourceInput = z.strictObject({
  guru,
  url: z
    .string("Give the repository's address.")
    .trim()
    .min(1, "Give the repository's address.")
    .max(2_000, "An address has at most 2,000 characters."),
  branch: blankIsNone(
    z
      .string()
      .trim()
      .check((ctx) => {
        const problem = branchProblem(ctx.value);
        if (problem) ctx.issues.push({ code: "custom", message: problem, input: ctx.value });
      }),
  ),
  include: globs,
  exclude: globs,
  /** The name of a secret, as `{NAME}` or bare. Never the token itself. */
  secret: blankIsNone(z.string().trim().max(70, "Name one of this guru's secrets, such as {GIT_TOKEN}.")),
});
