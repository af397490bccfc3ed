/** The form in which addresses are compared: one account whatever the case. */
export function emailKey(email: string): string {
  return email.normalize("NFC").toLowerCase();
}
