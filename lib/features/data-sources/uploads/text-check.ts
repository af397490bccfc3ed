/** Control characters that plain text does have: tab, line ends, form feed, and the escape of coloured terminal output. */
const harmless = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);
/** How many others a text may hold, absolutely and as a share, before it is taken for a program or a picture. */
const allowedControls = 8;
const allowedShare = 0.002;

/**
 * Tells, while the bytes arrive, whether they are text that can be indexed.
 */
export class TextCheck {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #bytes = 0;
  #controls = 0;

  /** @returns what is wrong, for the person, or null */
  push(bytes: Uint8Array): string | null {
    if (this.#bytes === 0) {
      const [a, b] = bytes;
      if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
        return "This file is UTF-16. Save it as UTF-8 and upload it again.";
    }
    this.#bytes += bytes.length;
    for (const byte of bytes) if ((byte < 0x20 && !harmless.has(byte)) || byte === 0x7f) this.#controls += 1;
    if (this.#controls > allowedControls && this.#controls > this.#bytes * allowedShare) {
      return "This file is not plain text: it holds binary data. Upload a text, Markdown, PDF, Word or Excel file.";
    }
    return this.#decode(() => this.#decoder.decode(bytes, { stream: true }));
  }

  end(): string | null {
    return this.#decode(() => this.#decoder.decode());
  }

  #decode(step: () => string): string | null {
    try {
      step();
      return null;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return "This file is not UTF-8 text. Save it as UTF-8 and upload it again.";
    }
  }
}
