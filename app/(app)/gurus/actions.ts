"use server";
import { setFlash } from "@/app/(auth)/cookies";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import { slugOf } from "@/lib/features/gurus/schemas";
import { formFields, toAction } from "@/lib/gate/to-action";

/** Without scripts, or before they have run, nothing fills in the slug that follows the name. */
function withSlug(fields: Record<string, unknown>): Record<string, unknown> {
  const isLeftOut =
    fields.slug === undefined || (typeof fields.slug === "string" && fields.slug.trim() === "");
  return isLeftOut && typeof fields.name === "string" ? { ...fields, slug: slugOf(fields.name) } : fields;
}

export const createGuruAction = toAction(createGuru, {
  input: (form) => ({ ...withSlug(formFields(form)), logo: form.get("logo") ?? undefined }),
  after: (guru) => setFlash(`Guru “${guru.name}” created.`),
  goTo: (guru) => `/gurus/${guru.slug}`,
  goToRepeated: () => "/gurus",
  revalidate: ["/gurus"],
});
