import { csv } from "./csv";
import type { ExportFormat } from "./format";
import { json } from "./json";
import { verifiable } from "./verifiable";
import { xlsx } from "./xlsx";

/** Every format, in the order of the menu. A new one is its file and its line here. */
export const exportFormats: readonly ExportFormat[] = [csv, xlsx, json, verifiable];

/** @throws for an id that no row of ours can hold */
export function exportFormat(id: string): ExportFormat {
  const found = exportFormats.find((format) => format.id === id);
  if (!found) throw new Error(`there is no export format ${id}`);
  return found;
}
