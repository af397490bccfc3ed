/** A data source as the log and the pages call it: `TYPE - title`. */
export function dataSourceLabel(source: { kind: string; title: string }): string {
  return `${source.kind} - ${source.title}`;
}

/** What the events about a data source say of it; of the secret that goes to its host the name alone. */
export function dataSourceDetails(source: {
  kind: string;
  sizeBytes: number;
  sha256: Buffer;
  url?: string | null;
  settings?: { branch?: string | undefined; secret?: string | undefined };
}) {
  const { kind, sizeBytes, sha256, url = null, settings: { branch, secret } = {} } = source;
  return {
    kind,
    sizeBytes,
    sha256: sha256.toString("hex"),
    ...(url === null ? {} : { url }),
    ...(branch === undefined ? {} : { branch }),
    ...(secret === undefined ? {} : { secret }),
  };
}
