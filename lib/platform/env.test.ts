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
