import { z } from "zod";
import { parseNetworks } from "./ip-network";

/** An environment value that the product cannot start with. The message is one line that says what to set. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}

const blankToUndefined = (v: unknown) => (typeof v === "string" && v.trim() === "" ? undefined : v);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankToUndefined, schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, fallback: z.input<T>) =>
  z.preprocess((v) => blankToUndefined(v) ?? fallback, schema);

const flag = z.string().transform((v, ctx) => {
  const low = v.trim().toLowerCase();
  if (low === "true") return true;
  if (low === "false") return false;
  ctx.addIssue({ code: "custom", message: "must be true or false" });
  return z.NEVER;
});
const whole = (min: number, max: number) =>
  z.coerce
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be between ${min} and ${max}`);
const httpUrl = z.string().transform((v, ctx) => {
  const url = URL.canParse(v) ? new URL(v) : undefined;
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== "/" ||
    url.search ||
    url.hash ||
    url.username
  ) {
    ctx.addIssue({ code: "custom", message: "must be an origin such as https://log.example.com" });
    return z.NEVER;
  }
  return url.origin;
});
const postgresUrl = z
  .string()
  .refine((v) => /^postgres(ql)?:\/\//.test(v) && URL.canParse(v), "must be a postgres:// URL");

/** https, or http on the machine itself: what goes over any other wire in the clear can be read and changed. */
const issuerUrl = z.string().refine((v) => {
  const url = URL.canParse(v) ? new URL(v) : undefined;
  return url !== undefined && isSafeUrl(url) && !url.username && !url.password && !url.search && !url.hash;
}, "must be the https:// address that your provider calls its issuer");

const smtpUrl = z
  .string()
  .refine((v) => /^smtps?:\/\/./.test(v) && URL.canParse(v), "must be an smtp:// or smtps:// URL");
const webhookUrl = z.string().refine((v) => {
  const url = URL.canParse(v) ? new URL(v) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash;
}, "must be an http:// or https:// URL without a name and password");
/** `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks 1.0). */
const webhookSecret = z.string().refine((v) => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(v) ?? [];
  const bytes = base64 ? Buffer.from(base64, "base64").length : 0;
  return bytes >= 24 && bytes <= 64;
}, "must be whsec_ followed by 24 to 64 bytes in base64");
/** What paths are put after, such as https://models.example.com/v1. Plain http is allowed: it is the owner's own wire. */
const apiBaseUrl = z.string().transform((v, ctx) => {
  const url = URL.canParse(v) ? new URL(v) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash)
    return url.href.replace(/\/+$/, "");
  ctx.addIssue({ code: "custom", message: "must be an address such as https://models.example.com/v1" });
  return z.NEVER;
});
/** What can stand in an HTTP header, so that a key with a line's end is refused here and not at each question. */
const headerText = z.string().regex(/^[\x21-\x7e]+$/, "must be printable characters without spaces");
const networks = z.string().transform((v, ctx) => {
  try {
    parseNetworks(v);
    return v;
  } catch {
    ctx.addIssue({
      code: "custom",
      message: "must be networks such as 10.0.0.0/8, with commas between them",
    });
    return z.NEVER;
  }
});
const isMailAddress = (v: string) => /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()\\]{1,255}$/.test(v);
const mailAddress = z.string().trim().refine(isMailAddress, "must be one e-mail address");
const mailAddresses = z.string().transform((v, ctx) => {
  const all = v.split(",").flatMap((each) => each.trim() || []);
  if (all.every(isMailAddress)) return [...new Set(all)];
  ctx.addIssue({ code: "custom", message: "must be e-mail addresses with commas between them" });
  return z.NEVER;
});

/** Every variable the product reads, with its default. `.env.example` lists the same; a test compares them. */
export const envSchema = z.object({
  PORT: withDefault(whole(0, 65_535), "3000"),
  HOST: withDefault(z.string(), "127.0.0.1"),
  GURULOG_URL: optional(httpUrl),
  GURULOG_DATA_DIR: withDefault(z.string(), ".data"),
  DATABASE_URL: optional(postgresUrl),
  DATABASE_DIRECT_URL: optional(postgresUrl),
  DATABASE_MAINTENANCE_URL: optional(postgresUrl),
  DATABASE_SEALER_URL: optional(postgresUrl),
  GURULOG_DATABASE_PREPARE: withDefault(flag, "true"),
  SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: withDefault(flag, "true"),
  GURULOG_AUDIT_RETENTION_DAYS: optional(whole(0, 36_500)),
  GURULOG_ARCHIVE_DIR: optional(z.string()),
  GURULOG_ANCHOR_FILE: optional(z.string()),
  GURULOG_TRUSTED_PROXIES: withDefault(z.string(), ""),
  GURULOG_WORKER: withDefault(flag, "true"),
  GURULOG_ALLOW_PRIVATE_CIDRS: withDefault(networks, ""),
  GURULOG_OWNER_EMAIL: optional(z.string()),
  GURULOG_OWNER_PASSWORD: optional(z.string()),
  GURULOG_SEATS: optional(whole(1, 1_000_000)),
  GURULOG_API_KEYS_OWNER_ONLY: withDefault(flag, "false"),
  GURULOG_SESSION_IDLE_HOURS: withDefault(whole(1, 8_760), "12"),
  GURULOG_SESSION_ABSOLUTE_DAYS: withDefault(whole(1, 3_650), "30"),
  /** Answers that one person may ask for in a minute, by the page, keys and widgets; 0 = any number. */
  GURULOG_ANSWERS_PER_MINUTE: withDefault(whole(0, 1_000_000), "10"),
  AUTH_OIDC_ISSUER: optional(issuerUrl),
  AUTH_OIDC_CLIENT_ID: optional(z.string()),
  AUTH_OIDC_CLIENT_SECRET: optional(z.string()),
  AUTH_OIDC_JIT_PROVISIONING: withDefault(flag, "false"),
  LLM_BASE_URL: optional(apiBaseUrl),
  LLM_MODEL: optional(z.string().max(200, "must have at most 200 characters")),
  LLM_API_KEY: optional(headerText),
  SMTP_URL: optional(smtpUrl),
  GURULOG_MAIL_FROM: optional(mailAddress),
  GURULOG_ALARM_EMAILS: withDefault(mailAddresses, ""),
  GURULOG_ALARM_WEBHOOK_URL: optional(webhookUrl),
  GURULOG_ALARM_WEBHOOK_SECRET: optional(webhookSecret),
  GURULOG_METRICS_TOKEN: optional(z.string().min(16, "must have at least 16 characters")),
  AUTH_SECRET: optional(z.string().min(32, "must have at least 32 characters")),
  GURULOG_ENCRYPTION_KEY: optional(z.string()),
  GURULOG_API_KEY_PEPPER: optional(z.string().min(32, "must have at least 32 characters")),
  GURULOG_SEALING_KEY: optional(z.string()),
  GURULOG_SETUP_TOKEN: optional(z.string().min(16, "must have at least 16 characters")),
});
export type Env = z.output<typeof envSchema>;

/**
 * Reads the product's variables. Unset and empty mean the default.
 * @param source usually `process.env`
 * @throws EnvError one line naming the first variable that cannot be used and what it takes
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = envSchema.safeParse(source);
  if (parsed.success) {
    assertComplete(parsed.data);
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? "environment");
  // The value is not quoted: it may be a secret.
  throw new EnvError(`${name} ${issue?.message ?? "is invalid"}. Set it right or leave it unset.`);
}

/** True for https, and for http to this very machine. */
export function isSafeUrl(url: URL): boolean {
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback);
}

/** Settings that mean nothing alone. */
function assertComplete(env: Env): void {
  assertLinksLead(env);
  assertOidc(env);
  assertModel(env);
  if (env.GURULOG_ALARM_WEBHOOK_URL && !env.GURULOG_ALARM_WEBHOOK_SECRET)
    throw new EnvError(
      "GURULOG_ALARM_WEBHOOK_SECRET is missing. Set it to whsec_ and 24 to 64 random bytes in base64, or leave GURULOG_ALARM_WEBHOOK_URL unset.",
    );
  if (env.GURULOG_ALARM_EMAILS.length > 0 && !env.SMTP_URL)
    throw new EnvError(
      "SMTP_URL is missing. Set it to your mail server, such as smtps://user:password@mail.example.com, or leave GURULOG_ALARM_EMAILS unset.",
    );
}

/** Links in mails begin with GURULOG_URL; the machine's own name for itself leads only people who sit at it. */
function assertLinksLead(env: Env): void {
  const isAtHome = /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(env.HOST);
  if (env.SMTP_URL && !env.GURULOG_URL && !isAtHome)
    throw new EnvError(
      "GURULOG_URL is missing. Set it to the address under which people reach Gurulog, as links in mails need it, or leave SMTP_URL unset.",
    );
}

/** A model that writes answers is an address and a name; the key is optional, as a model of one's own may ask for none. */
function assertModel(env: Env): void {
  const other = { LLM_BASE_URL: env.LLM_MODEL ?? env.LLM_API_KEY, LLM_MODEL: env.LLM_BASE_URL };
  for (const [name, needsIt] of Object.entries(other))
    if (needsIt !== undefined && !env[name as keyof typeof other])
      throw new EnvError(
        `${name} is missing. A model that writes answers needs LLM_BASE_URL and LLM_MODEL; set both or neither.`,
      );
}

function assertOidc(env: Env): void {
  const together = ["AUTH_OIDC_ISSUER", "AUTH_OIDC_CLIENT_ID", "AUTH_OIDC_CLIENT_SECRET"] as const;
  const missing = together.find((name) => !env[name]);
  if (together.every((name) => !env[name])) return;
  if (missing)
    throw new EnvError(
      `${missing} is missing. Sign-in by OpenID Connect needs ${together.join(", ")}; set all of them or none.`,
    );
  // The provider sends people back to this address; the Host header, which a client can choose, never says it.
  if (!env.GURULOG_URL)
    throw new EnvError(
      "GURULOG_URL is missing. Set it to the address under which people reach Gurulog, or leave AUTH_OIDC_ISSUER unset.",
    );
}
