// Stands in for the package `server-only` outside Next's bundler (vitest, the esbuild bundles), where it would throw.
export {};
