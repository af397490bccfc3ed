import { BarePage } from "@/components/ui/bare-page";
import { ButtonLink } from "@/components/ui/button";

export const metadata = { title: "Not allowed" };

export default function ForbiddenPage() {
  return (
    <BarePage
      title="Your role does not allow this page"
      actions={<ButtonLink href="/">Back to the start page</ButtonLink>}
    >
      Ask a maintainer of the guru, or the owner of the organization, to give you the role that it needs. That
      you asked was recorded.
    </BarePage>
  );
}
