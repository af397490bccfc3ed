import path from "node:path";

/** The product's folder: bundles stand in `build/`, one below it. */
export const root = path.resolve(import.meta.dirname, "..");
