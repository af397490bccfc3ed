/** @type {import("next").NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  skipTrailingSlashRedirect: true,
  // The front (scripts/serve/front) compresses nothing and sets the security headers; Next compresses.
  serverExternalPackages: ["@node-rs/argon2", "postgres", "pg-boss", "pg"],
  experimental: { serverActions: { bodySizeLimit: "1mb" } },
  devIndicators: false,
};
export default config;
