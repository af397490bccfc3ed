const slot = Symbol.for("gurulog.parent");

/** Notes who started us. To be called before anything slow: later the answer may already be another. */
export function rememberParent() {
  globalThis[slot] ??= process.ppid;
}

/** True when npm started us and is gone: the system has then given us another parent. */
export function isOrphaned() {
  return process.env.npm_lifecycle_event !== undefined && process.ppid !== (globalThis[slot] ?? process.ppid);
}
