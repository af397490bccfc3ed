import { existsSync, readdirSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import type { NamedFile } from "@/lib/audit/proof/verify/check-files";
import { NotChecked } from "@/lib/audit/proof/verify/not-checked";

export interface OpenFiles {
  list: NamedFile[];
  close(): Promise<void>;
}

/**
 * Opens what is to be checked: a file, with its manifest where one stands beside it, or the files of a folder.
 * @throws NotChecked when there is nothing
 */
export async function filesAt(target: string): Promise<OpenFiles> {
  if (!existsSync(target)) throw new NotChecked(`There is no ${target}.`);
  const paths = statSync(target).isDirectory() ? exportIn(target) : [target, ...manifestBeside(target)];
  const handles: FileHandle[] = [];
  const list: NamedFile[] = [];
  for (const file of paths) {
    const handle = await open(file);
    handles.push(handle);
    list.push({ name: path.basename(file), source: sourceOf(handle, (await handle.stat()).size) });
  }
  return {
    list,
    async close() {
      for (const handle of handles) await handle.close();
    },
  };
}

function sourceOf(handle: FileHandle, size: number): NamedFile["source"] {
  return {
    size,
    async read(offset, length) {
      const buffer = Buffer.alloc(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
  };
}

/** Hidden files (of the desktop) are none of the export. */
function exportIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith("."));
  if (!names.includes("manifest.json")) throw new NotChecked(`${folder} holds no verifiable export.`);
  return names.map((name) => path.join(folder, name)).filter((file) => statSync(file).isFile());
}

function manifestBeside(file: string): string[] {
  const withoutExtension = file.slice(0, file.length - path.extname(file).length);
  return [`${file}.manifest.json`, `${withoutExtension}.manifest.json`]
    .filter((name) => existsSync(name))
    .slice(0, 1);
}
