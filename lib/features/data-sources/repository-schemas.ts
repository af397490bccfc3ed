import { z } from "zod";
import { branchChoiceProblem, mostBranches } from "./git/branches";
import { globProblem, maxGlobs } from "./git/path-globs";

const guru = z.string().min(1).max(64);

const blankIsNone = <T extends z.ZodType>(schema: T) =>
  z.preprocess((v) => (typeof v === "string" && v.trim() === "" ? undefined : v), schema.optional());

/** Names or patterns, one a line or with commas between them. */
const several = ({
  most,
  tooMany,
  problemOf,
}: {
  most: number;
  tooMany: string;
  problemOf: (one: string) => string | null;
}) =>
  z.preprocess(
    (v) => {
      if (v === undefined) return [];
      if (typeof v !== "string") return v;
      // More than all of them could have is not even taken apart.
      return v.length > most * 300
        ? ["x".repeat(300)]
        : v.split(/[,\r\n]+/).flatMap((one) => one.trim() || []);
    },
    z
      .array(
        z.string().check((ctx) => {
          const problem = problemOf(ctx.value);
          if (problem) ctx.issues.push({ code: "custom", message: problem, input: ctx.value });
        }),
      )
      .max(most, tooMany),
  );

const globs = several({
  most: maxGlobs,
  tooMany: `Give at most ${maxGlobs} patterns.`,
  problemOf: globProblem,
});

const branches = several({
  most: mostBranches,
  tooMany: `Name at most ${mostBranches} branches.`,
  problemOf: branchChoiceProblem,
}).transform((names) => [...new Set(names)]);

const choice = {
  /** None = the host's default. */
  branches,
  include: globs,
  exclude: globs,
  /** The name of a secret, as `{NAME}` or bare. Never the token itself. */
  secret: blankIsNone(z.string().trim().max(70, "Name one of this guru's secrets, such as {GIT_TOKEN}.")),
};

export const addRepositorySourceInput = z.strictObject({
  guru,
  url: z
    .string("Give the repository's address.")
    .trim()
    .min(1, "Give the repository's address.")
    .max(2_000, "An address has at most 2,000 characters."),
  ...choice,
});

export const changeRepositorySourceInput = z.strictObject({
  guru,
  id: z.uuid("This is no source. Reload the page."),
  ...choice,
});
