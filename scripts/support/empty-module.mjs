// Takes the place of `server-only` in our own bundles: that package throws wherever React's server condition is unset.
export {};
