import { z } from "zod";

/** What a process that reads a file is told as its argument; the file itself comes on standard input. */
export const readingTask = z.strictObject({
  /** What is to be read of the file; the code that reads understands it. */
  order: z.unknown(),
  sizeBytes: z.number().int().positive(),
  /** Bytes that the process may hold in all. */
  memoryBytes: z.number().int().positive(),
  /** After which it ends by itself, whatever became of whoever started it. */
  lifeMs: z.number().int().positive(),
});
export type ReadingTask = z.infer<typeof readingTask>;

/** What the process answers. */
export const told = z.union([
  z.strictObject({ piece: z.unknown() }),
  z.strictObject({ end: z.literal(true) }),
  z.strictObject({ unreadable: z.string().max(1_000) }),
  z.strictObject({ limit: z.literal("memory") }),
]);
export type Told = z.infer<typeof told>;
