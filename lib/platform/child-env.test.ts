import { expect, it } from "vitest";
import { childEnv } from "./child-env";

it("passes on how a database's certificate is checked, and nothing else", () => {
  const certificates = {
    NODE_EXTRA_CA_CERTS: "/certificates/ours.pem",
    SSL_CERT_FILE: "/certificates/all.pem",
    SSL_CERT_DIR: "/certificates",
    PGSSL: "verify-full",
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: "/certificates/root.pem",
  };
  const others = {
    DATABASE_URL: "postgres://secret@db",
    PGPASSWORD: "secret",
    NODE_OPTIONS: "--inspect",
    PATH: "/bin",
  };
  expect(childEnv({ NODE_ENV: "test", ...certificates, ...others })).toEqual({
    NODE_ENV: "production",
    ...certificates,
  });
});
