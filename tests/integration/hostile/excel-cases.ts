import { randomUUID } from "node:crypto";
import { systemPrincipal } from "@/lib/access/principal";
import { type Case, member } from "./case";
import { detail } from "./shown";

/** Excel jobs: what stands in a workbook is tested apart (tests/integration/excel-jobs). */
export const excelCases: Record<string, Case> = {
  "create-excel-job": {
    by: member,
    input: (w) => ({
      ...{ guru: w.guru.slug, uploadId: randomUUID() },
      ...{ sheet: "0", headerRow: "1", questionColumn: "1", answerColumns: "2" },
    }),
    shown: {},
  },
  "cancel-excel-job": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "complete-excel-job": {
    by: () => systemPrincipal,
    input: async (w) => ({ excelJobId: await w.excelJobUnderWay(), claim: 1, message: w.word() }),
    shown: { message: detail("message") },
  },
  "delete-excel-job": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "download-excel-output": {
    by: member,
    input: (w) => ({
      ...{ guru: w.guru.slug, id: randomUUID() },
      ...{ answered: 1, sizeBytes: 1, sha256: "0".repeat(64) },
    }),
    shown: {},
  },
};
