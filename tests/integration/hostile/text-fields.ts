import type { z } from "zod";

/** What a zod schema is made of inside; read, never written. */
interface Inside {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  element?: z.ZodType;
  options?: z.ZodType[];
  valueType?: z.ZodType;
}

const inside = (schema: z.ZodType) => (schema as unknown as { _zod: { def: Inside } })._zod.def;

/**
 * The places of an input where a text may stand, such as `filter.guru[]`: whatever the schema makes of it (a number, an
 * id, one of a few words), a text is what arrives.
 */
export function textFields(schema: z.ZodType): string[] {
  return [...new Set(walk(schema, ""))].sort();
}

function walk(schema: z.ZodType, at: string): string[] {
  const { type, shape, innerType, in: from, out, element, options, valueType } = inside(schema);
  if (shape)
    return Object.entries(shape).flatMap(([key, one]) => walk(one, at === "" ? key : `${at}.${key}`));
  if (element) return walk(element, `${at}[]`);
  if (valueType) return walk(valueType, `${at}.*`);
  const children = [innerType, from, out, ...(options ?? [])].filter((one) => one !== undefined);
  if (children.length > 0) return children.flatMap((one) => walk(one, at));
  return ["string", "enum", "literal", "number", "boolean"].includes(type) && at !== "" ? [at] : [];
}

/** A copy of an input with a text at one of its places. */
export function withText(input: unknown, field: string, text: string): unknown {
  const steps = field.split(".").flatMap((step) => (step.endsWith("[]") ? [step.slice(0, -2), 0] : [step]));
  const put = (value: unknown, [step, ...rest]: (string | number)[]): unknown => {
    if (step === undefined) return text;
    const inner = put((Object(value) as Record<string | number, unknown>)[step], rest);
    if (typeof step === "number") return [inner, ...(Array.isArray(value) ? value.slice(1) : [])];
    return { ...Object(value), [step]: inner };
  };
  return put(input, steps);
}

/** What stands at a place of a parsed input; undefined where the schema has made something else of it. */
export function textAt(parsed: unknown, field: string): string | undefined {
  let value = parsed;
  for (const step of field
    .split(".")
    .flatMap((one) => (one.endsWith("[]") ? [one.slice(0, -2), "0"] : [one])))
    value = (Object(value) as Record<string, unknown>)[step];
  return typeof value === "string" ? value : undefined;
}
