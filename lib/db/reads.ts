import "server-only";
import { openPool, type Sql } from "./client";

/** Where a process that only reads finds the database; told to it when it is started. */
export interface ReadsAddress {
  url: string;
  /** The URL may lead to a transaction pool, which takes neither settings nor prepared statements. */
  pooled: boolean;
}

/**
 * Reads of look-ups by key: whoever joins a list of keys with a table has it walked by its index, however long the list
 * seems to the planner.
 */
const byKeys = {
  default_transaction_read_only: "on",
  jit: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_seqscan: "off",
} as const;

/** Opens the connections of a process that reads and never writes. */
export function openReads({ url, pooled }: ReadsAddress, name: string): Sql {
  return openPool(url, 2, { prepare: !pooled, pooled, name, ...(pooled ? {} : { settings: byKeys }) });
}
