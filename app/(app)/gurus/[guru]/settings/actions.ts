"use server";
import { setFlash } from "@/app/(auth)/cookies";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { updateGuru } from "@/lib/features/gurus/commands/update-guru";
import { formFields, toAction } from "@/lib/gate/to-action";

export const updateGuruAction = toAction(updateGuru, {
  input: (form) => ({ ...formFields(form), logo: form.get("logo") ?? undefined }),
  message: (guru) => (guru.changed.length === 0 ? "Nothing was changed." : `Guru “${guru.name}” saved.`),
  revalidate: ["/gurus"],
});
export const deleteGuruAction = toAction(deleteGuru, {
  after: (guru) => setFlash(`Guru “${guru.name}” deleted.`),
  goTo: () => "/gurus",
  goToRepeated: () => "/gurus",
  revalidate: ["/gurus"],
});
