/**
 * Values as the driver takes them where the job queue's library counts on its own driver's habits: undefined is null,
 * times and objects are text.
 */
export function queueValues(
  values: readonly unknown[] = [],
): (string | number | boolean | null | string[])[] {
  return values.map((value) => {
    if (value === undefined || value === null) return null;
    if (value instanceof Date) return value.toISOString();
    if (Array.isArray(value)) return value.map(String);
    if (typeof value === "object") return JSON.stringify(value);
    return value as string | number | boolean;
  });
}
