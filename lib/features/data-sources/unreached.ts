import type { SourceSettings } from "@/lib/db/schema/gurus";

/** Days without any answer after which a source has failed, if it was looked at this often meanwhile. */
export const patienceDays = 3;
export const patienceLooks = 20;

/** "2026-11-19 10:00 UTC" */
const moment = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** What a person is told of a source that goes on answering though its host does not. @returns null when all is well */
export function unreachedInWords({ unreached }: Pick<SourceSettings, "unreached">): string | null {
  if (!unreached) return null;
  return `Not read again since ${moment(unreached.since)}. ${unreached.reason}`;
}

/** The same within the reason of a failure. */
export const unreachedSince = ({ unreached }: Pick<SourceSettings, "unreached">) =>
  unreached ? ` It has been so since ${moment(unreached.since)}.` : "";
