"use server";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { removeMaintainer } from "@/lib/features/team/commands/remove-maintainer";
import { toAction } from "@/lib/gate/to-action";

export const addMaintainerAction = toAction(addMaintainer, {
  message: (person) => `${person.email} is a maintainer now.`,
  revalidate: ["/gurus"],
});
export const removeMaintainerAction = toAction(removeMaintainer, {
  message: (person) => `${person.email} is no maintainer any more.`,
  revalidate: ["/gurus"],
});
