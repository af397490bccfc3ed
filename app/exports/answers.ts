import type { RefusalCode } from "@/lib/platform/errors";

const statuses: Partial<Record<RefusalCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  expired: 410,
  busy: 409,
  conflict: 409,
  throttled: 429,
  internal: 500,
};

/** The HTTP status of a refusal by an address of an export. */
export function statusOf(code: RefusalCode): number {
  return statuses[code] ?? 400;
}

/** A name that any browser saves under: plain for old ones, RFC 6266 and RFC 8187 for all others. */
export function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w.-]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
