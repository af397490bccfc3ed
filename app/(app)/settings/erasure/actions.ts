"use server";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { toAction } from "@/lib/gate/to-action";

// The person's own page is gone with them: the answer is another address, which names nobody.
export const erasePersonAction = toAction(erasePerson, {
  goTo: ({ erasureId }) => `/settings/erasure?done=${erasureId}`,
  goToRepeated: (erasureId) => (erasureId ? `/settings/erasure?done=${erasureId}` : "/settings/erasure"),
  revalidate: ["/settings"],
});
