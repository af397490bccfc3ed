/** Bytes of a workbook that an Excel job takes: it is filled in memory each time it is downloaded. */
export const maxWorkbookBytes = 20 * 1024 * 1024;
