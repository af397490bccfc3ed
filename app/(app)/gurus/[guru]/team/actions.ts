"use server";
import { setFlash } from "@/app/(auth)/cookies";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { addViewer } from "@/lib/features/team/commands/add-viewer";
import { removeMaintainer } from "@/lib/features/team/commands/remove-maintainer";
import { removeViewer } from "@/lib/features/team/commands/remove-viewer";
import { toAction } from "@/lib/gate/to-action";

export const addMaintainerAction = toAction(addMaintainer, {
  message: (person) => `${person.email} is a maintainer now.`,
  revalidate: ["/gurus"],
});
export const removeMaintainerAction = toAction(removeMaintainer, {
  message: (person) => `${person.email} is no maintainer any more.`,
  // Who leaves may not see the team any more: shown again, the page would be a denied access of theirs.
  after: async ({ leaves, guru }) => {
    if (leaves) await setFlash(`You are no maintainer of “${guru}” any more.`);
  },
  goTo: ({ leaves }) => (leaves ? "/gurus" : undefined),
  revalidate: ["/gurus"],
});
export const addViewerAction = toAction(addViewer, {
  message: (person) => `${person.email} is a viewer now.`,
  revalidate: ["/gurus"],
});
export const removeViewerAction = toAction(removeViewer, {
  message: (person) => `${person.email} is no viewer any more.`,
  revalidate: ["/gurus"],
});
