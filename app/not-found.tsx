import { BarePage } from "@/components/ui/bare-page";
import { ButtonLink } from "@/components/ui/button";

export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <BarePage title="There is nothing here" actions={<ButtonLink href="/">Go to the start page</ButtonLink>}>
      The address is wrong, or the page belongs to something that you have no part in. Ask the person who sent
      you the link to check it.
    </BarePage>
  );
}
