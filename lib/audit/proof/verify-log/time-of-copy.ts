import "server-only";

/** As Postgres spells a time in ISO style and UTC: zeros at the end of a second's parts are left out. */
const minuteLength = "2026-11-21 19:00".length;
const ending = /^:([0-5]\d)(?:\.(\d{1,6}))?\+00$/;

// Events come in the order of their time: the next is mostly of the same minute.
let known = "";
let knownText = "";
let knownMicros = 0;

/**
 * A time as COPY writes it, as microseconds since 1970 and as an entry spells it.
 *
 * One that no event can have (infinite, before Christ, of a year of five digits: somebody set it) is given the end of time
 * that it was read at, so that it finds no leaf, and its own text, so that it hashes like none.
 */
export function timeOfCopy(time: string): { micros: number; text: string } {
  const minute = time.slice(0, minuteLength);
  const rest = ending.exec(time.slice(minuteLength));
  if (minute !== known) {
    knownText = minute.replace(" ", "T");
    const millis = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(knownText)
      ? Date.parse(`${knownText}:00Z`)
      : Number.NaN;
    knownMicros = millis * 1000;
    known = minute;
  }
  if (!rest || Number.isNaN(knownMicros)) {
    const isFirst = time === "-infinity" || time.endsWith(" BC");
    return { micros: isFirst ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, text: time };
  }
  const [, second = "", part = ""] = rest;
  const fraction = part.padEnd(6, "0");
  return {
    micros: knownMicros + Number(second) * 1_000_000 + Number(fraction),
    text: `${knownText}:${second}.${fraction}Z`,
  };
}
