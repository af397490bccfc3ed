/** @type {import("next").NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  skipTrailingSlashRedirect: true,
  serverExternalPackages: ["@node-rs/argon2", "postgres", "pg-boss", "pg"],
  // The front's limit (1 MiB and 64 KiB) comes first: its 413 says what to do, Next's own refusal is a bare 500.
  // forbidden() answers 403 with app/forbidden.tsx.
  experimental: { serverActions: { bodySizeLimit: "1200kb" }, authInterrupts: true },
  devIndicators: false,
  // `npm test` checks the types of everything, tests included; a start on somebody's machine need not do it again.
  typescript: { ignoreBuildErrors: true },
};
export default config;
