import { z } from "zod";

const commit = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const isTag = z.literal(true).optional();

/** What a run has found out about its source besides its text; kept when the run ends well, with its event. */
export const learnt = z.strictObject({
  /** What the source calls itself; taken as its title where no other source has it. */
  title: z.string().max(500).optional(),
  sizeBytes: z.number().int().nonnegative().optional(),
  /** Of what was read, in hexadecimal. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Of a repository that is read of one branch. */
  commit: commit.optional(),
  /** That was chosen by the name of a tag. */
  isTag,
  /** Of one that is read of several, or of a pattern's. */
  heads: z.array(z.strictObject({ branch: z.string().nullable(), commit, isTag })).optional(),
});
export type Learnt = z.infer<typeof learnt>;
