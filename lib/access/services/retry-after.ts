/**
 * How long a service wants to be left alone: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), or what GitHub says
 * instead (`x-ratelimit-remaining: 0` with `x-ratelimit-reset`, seconds since 1970).
 * @returns whole seconds, at least 1; null when it says nothing
 */
export function retryAfterSeconds(header: (name: string) => string | undefined, now: Date): number | null {
  const said = header("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(said)) return Math.max(1, Math.ceil(Number(said)));
  const at = /^[A-Z][a-z]{2}, /.test(said) ? Date.parse(said) : Number.NaN;
  if (!Number.isNaN(at)) return secondsUntil(at, now);
  if (header("x-ratelimit-remaining")?.trim() !== "0") return null;
  const reset = Number(header("x-ratelimit-reset") ?? Number.NaN);
  return Number.isFinite(reset) ? secondsUntil(reset * 1_000, now) : null;
}

const secondsUntil = (at: number, now: Date): number => Math.max(1, Math.ceil((at - now.getTime()) / 1_000));
