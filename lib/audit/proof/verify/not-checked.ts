/** It could not be checked at all: the file is none of ours, or cannot be read. The message is one sentence. */
export class NotChecked extends Error {
  override readonly name = "NotChecked";
}
