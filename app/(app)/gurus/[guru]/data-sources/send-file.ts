interface SentFile {
  id: string;
  fileName: string;
  sizeBytes: number;
}

export type SendResult = { ok: true; file: SentFile } | { ok: false; message: string };

export interface Sending {
  done: Promise<SendResult>;
  cancel(): void;
}

/**
 * Sends a file as the body of one request. XMLHttpRequest, because fetch tells nothing of an upload's progress.
 * @param onProgress bytes sent so far
 * @param use what the file is for
 */
export function sendFile(
  guru: string,
  file: File,
  onProgress: (bytes: number) => void,
  use: "source" | "excel-job" = "source",
): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<SendResult>((resolve) => {
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => resolve(resultOf(request));
    request.onerror = () =>
      resolve({ ok: false, message: "The connection broke before the file was there. Upload it again." });
    request.onabort = () => resolve({ ok: false, message: "The upload was cancelled; nothing was kept." });
    request.open("POST", `/uploads?${new URLSearchParams({ guru, name: file.name, for: use })}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

function resultOf(request: XMLHttpRequest): SendResult {
  try {
    const answer = JSON.parse(request.responseText) as { message?: string } & Partial<SentFile>;
    if (request.status === 201 && answer.id) {
      return {
        ok: true,
        file: { id: answer.id, fileName: answer.fileName ?? "", sizeBytes: answer.sizeBytes ?? 0 },
      };
    }
    if (answer.message) return { ok: false, message: answer.message };
  } catch (error) {
    // A proxy in between answers in its own words.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { ok: false, message: `The server did not take the file (${request.status}). Upload it again.` };
}
