"use server";
import { setFlash } from "@/app/(auth)/cookies";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import { formFields, toAction } from "@/lib/gate/to-action";

export const createGuruAction = toAction(createGuru, {
  input: (form) => ({ ...formFields(form), logo: form.get("logo") ?? undefined }),
  after: (guru) => setFlash(`Guru “${guru.name}” created.`),
  goTo: (guru) => `/gurus/${guru.slug}`,
  goToRepeated: () => "/gurus",
  revalidate: ["/gurus"],
});
