import "server-only";
import { sourcebotError } from "@/lib/gate/to-route";

type Values<N extends string> = { ok: true; values: Partial<Record<N, string>> };

/** The parameters of an address, each once at most; the answer to one that it does not know. */
export function readParameters<N extends string>(
  request: Request,
  known: readonly N[],
): Values<N> | { ok: false; answer: Response } {
  const no = (message: string) =>
    ({ ok: false, answer: sourcebotError(400, "INVALID_QUERY_PARAMS", message) }) as const;
  const values: Partial<Record<N, string>> = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    const which = known.find((each) => each === name);
    if (!which) {
      const told = `There is no parameter ${JSON.stringify(name.slice(0, 60))} here.`;
      return no(known.length > 0 ? `${told} Known are ${known.join(", ")}.` : `${told} Send none.`);
    }
    if (which in values) return no(`${name} may be given once only.`);
    values[which] = value;
  }
  return { ok: true, values };
}

/** A whole number from 1 on, in plain digits; undefined for anything else. */
export function wholeNumber(text: string, most: number): number | undefined {
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}
