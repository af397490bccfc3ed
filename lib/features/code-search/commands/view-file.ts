import "server-only";
import { z } from "zod";
import { mayInOrganization } from "@/lib/access/permissions";
import { fileViewed } from "@/lib/audit/catalogue/code-search";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import type { CodeFile, VisibleRepository } from "../engine/types";
import { findFile } from "../find-file";
import { type Held, held } from "../record-search";
import { viewFileInput } from "../schemas";

export interface ViewedFile extends CodeFile {
  repository: VisibleRepository;
}

const record = sensitiveRead({
  name: "view-file",
  input: viewFileInput.extend({ found: z.custom<Held<ViewedFile>>() }),
  allow: inOrganization("code:search"),
  event: fileViewed,
  target: ({ input }) => ({ id: `${input.repository}@${input.revision ?? ""}:${input.path}` }),
  async run({ input: { door, found } }) {
    const { repository, revision, commit, path } = found.value;
    return {
      value: found.value,
      audit: {
        target: { id: `${repository.name}@${revision}:${path}` },
        label: `${repository.name}:${path}`,
        details: { door, repository: repository.name, revision, commit, path },
      },
    };
  },
});

/**
 * Somebody reads a file of a repository they may see. Its text leaves once that is recorded. Repositories, branches and
 * files that are not there, or not for them, are refused alike.
 */
export const viewFileCommand = around(record, viewFileInput, async (input, call, proceed) => {
  // The gate refuses and records that; nothing is read for it.
  if (!mayInOrganization(call.principal, "code:search")) return proceed({ input: { ...input, found: null } });
  return proceed({ input: { ...input, found: held(await findFile(input, call.principal)) } });
});
