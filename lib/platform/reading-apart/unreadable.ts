/** Something about a file itself, in words for the person: trying again does not help. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}
