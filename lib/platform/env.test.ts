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

describe("a language model", () => {
  const whole = { LLM_BASE_URL: "https://models.example.com/v1", LLM_MODEL: "small" };

  it("needs an address and a name; a key it may have", () => {
    expect(parseEnv(whole)).toMatchObject(whole);
    expect(parseEnv({ ...whole, LLM_BASE_URL: "http://localhost:11434/v1//" }).LLM_BASE_URL).toBe(
      "http://localhost:11434/v1",
    );
    expect(parseEnv({ ...whole, LLM_API_KEY: "sk-1" }).LLM_API_KEY).toBe("sk-1");
    expect(() => parseEnv({ LLM_API_KEY: "sk-1" })).toThrow(/^LLM_BASE_URL is missing/);
    expect(() => parseEnv({ LLM_MODEL: "small" })).toThrow(/^LLM_BASE_URL is missing/);
    expect(() => parseEnv({ LLM_BASE_URL: whole.LLM_BASE_URL })).toThrow(/^LLM_MODEL is missing/);
  });

  it.each([
    ["LLM_BASE_URL", "no-scheme.example"],
    ["LLM_BASE_URL", "file:///etc/passwd"],
    ["LLM_BASE_URL", "https://user:pass@host.example"],
    ["LLM_BASE_URL", "https://host.example/v1?key=1"],
    ["LLM_API_KEY", "sk-1\nX-Other: 1"],
  ])("%s may not be %j, and is not quoted", (name, value) => {
    const read = () => parseEnv({ ...whole, [name]: value });
    expect(read).toThrow(new RegExp(`^${name} must be`));
    expect(read).not.toThrow(value);
  });
});

describe("GURULOG_ALLOW_PRIVATE_CIDRS", () => {
  it("takes networks, and refuses to start with anything else", () => {
    const read = (GURULOG_ALLOW_PRIVATE_CIDRS: string) =>
      parseEnv({ GURULOG_ALLOW_PRIVATE_CIDRS }).GURULOG_ALLOW_PRIVATE_CIDRS;
    expect([read(""), read("10.1.0.0/16, fd00::/8"), read("127.0.0.1")]).toEqual([
      "",
      "10.1.0.0/16, fd00::/8",
      "127.0.0.1",
    ]);
    for (const wrong of ["intranet", "10.0.0.0/33", "10.0.0.0/8 192.168.0.0/16", "*"])
      expect(() => read(wrong), wrong).toThrow(/^GURULOG_ALLOW_PRIVATE_CIDRS must be networks/);
  });
});
