export const maxSecretName = 64;

/** Letters, digits and underscores, as in the names of environment variables. */
export const secretNameShape = /^[A-Za-z0-9_]{1,64}$/;

/**
 * The name in a reference such as `{GITHUB_TOKEN}`, as sources and integrations write it.
 * @returns null for any other text, such as a credential that was typed in itself
 */
export function secretNameOf(text: string): string | null {
  const name = /^\{(.*)\}$/s.exec(text.trim())?.[1] ?? "";
  return secretNameShape.test(name) ? name : null;
}
