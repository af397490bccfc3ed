import { describe, expect, it } from "vitest";
import { EnvError, parseEnv } from "./env";

describe("SOURCEBOT_EE_AUDIT_LOGGING_ENABLED", () => {
  const name = "SOURCEBOT_EE_AUDIT_LOGGING_ENABLED";
  it.each([undefined, "", "  ", "true", "TRUE", "True"])("%j is on", (value) =>
    expect(parseEnv({ [name]: value })[name]).toBe(true),
  );
  it.each(["false", "FALSE", "False"])("%j is off", (value) =>
    expect(parseEnv({ [name]: value })[name]).toBe(false),
  );
  it.each(["1", "0", "yes", "off", "tru"])("%j refuses to start with one line that names it", (value) => {
    expect(() => parseEnv({ [name]: value })).toThrow(
      new EnvError(`${name} must be true or false. Set it right or leave it unset.`),
    );
  });
});

describe("invalid values", () => {
  it.each([
    ["PORT", "70000"],
    ["PORT", "http"],
    ["GURULOG_URL", "log.example.com"],
    ["GURULOG_URL", "https://log.example.com/path"],
    ["DATABASE_URL", "mysql://x"],
    ["GURULOG_AUDIT_RETENTION_DAYS", "-1"],
    ["GURULOG_AUDIT_RETENTION_DAYS", "1.5"],
    ["AUTH_SECRET", "short-secret"],
  ])("%s=%s is refused without quoting the value", (name, value) => {
    const read = () => parseEnv({ [name]: value });
    expect(read).toThrow(EnvError);
    expect(read).toThrow(new RegExp(`^${name} `));
    if (name === "AUTH_SECRET") expect(read).not.toThrow(/short-secret/);
  });
});

it("wants to know what links in mails begin with, unless only this machine is served", () => {
  const mail = { SMTP_URL: "smtp://mail.example.com" };
  for (const HOST of ["0.0.0.0", "::", "10.0.0.5", "log.example.com"]) {
    expect(() => parseEnv({ ...mail, HOST })).toThrow(/^GURULOG_URL is missing/);
    expect(parseEnv({ ...mail, HOST, GURULOG_URL: "https://log.example.com" }).HOST).toBe(HOST);
  }
  for (const HOST of ["", "localhost", "127.0.0.1", "::1"])
    expect(parseEnv({ ...mail, HOST }).SMTP_URL).toBe(mail.SMTP_URL);
  expect(parseEnv({ HOST: "0.0.0.0" }).GURULOG_URL).toBeUndefined();
});

describe("an identity provider", () => {
  const whole = {
    GURULOG_URL: "https://log.example.com",
    AUTH_OIDC_ISSUER: "https://sso.example.com/realms/one",
    AUTH_OIDC_CLIENT_ID: "gurulog",
    AUTH_OIDC_CLIENT_SECRET: "a client's secret",
  };

  it("needs all of its settings and the address of the product, or none", () => {
    expect(parseEnv(whole)).toMatchObject({ ...whole, AUTH_OIDC_JIT_PROVISIONING: false });
    expect(parseEnv({}).AUTH_OIDC_ISSUER).toBeUndefined();
    for (const name of Object.keys(whole))
      expect(() => parseEnv({ ...whole, [name]: "" }), name).toThrow(new RegExp(`^${name} is missing`));
  });

  it.each(["http://localhost:4000", "http://127.0.0.1:4000", "http://[::1]:4000"])(
    "may be %s: that is this very machine",
    (AUTH_OIDC_ISSUER) => {
      expect(parseEnv({ ...whole, AUTH_OIDC_ISSUER }).AUTH_OIDC_ISSUER).toBe(AUTH_OIDC_ISSUER);
    },
  );

  it.each([
    "http://sso.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "ftp://sso.example.com",
    "sso.example.com",
    "https://user:pass@sso.example.com",
    "https://sso.example.com/?tenant=x",
  ])("may not be %s", (AUTH_OIDC_ISSUER) => {
    expect(() => parseEnv({ ...whole, AUTH_OIDC_ISSUER })).toThrow(/^AUTH_OIDC_ISSUER must be the https/);
  });
});
