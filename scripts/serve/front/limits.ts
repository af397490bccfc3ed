const MIB = 1024 * 1024;

export type FrontLimits = {
  /** The longest ordinary body, in bytes. */
  bodyBytes: number;
  /** The longest body on an upload path, in bytes. */
  uploadBytes: number;
  /** The longest request line and headers together, in bytes. */
  headerBytes: number;
  /** Time for the headers of a request. */
  headersMs: number;
  /** Time for an ordinary body; on upload paths, time without progress. */
  bodyMs: number;
  /** Time for a whole upload. */
  uploadMs: number;
  /** How long a connection may wait for its next request. */
  keepAliveMs: number;
  /** How long an answer may wait for a client that does not read. */
  stalledMs: number;
  /** How long running answers may take to finish when the server closes. */
  closeMs: number;
};

export const DEFAULT_LIMITS: FrontLimits = {
  // 1 MiB, and room for a form's own lines. Next's limit for server actions (next.config.mjs) lies above it.
  bodyBytes: MIB + 64 * 1024,
  uploadBytes: 101 * MIB,
  headerBytes: 16 * 1024,
  headersMs: 5_000,
  bodyMs: 15_000,
  uploadMs: 600_000,
  keepAliveMs: 5_000,
  stalledMs: 60_000,
  closeMs: 8_000,
};
