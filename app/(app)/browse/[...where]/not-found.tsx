import { BarePage } from "@/components/ui/bare-page";
import { ButtonLink } from "@/components/ui/button";

/** The same for what does not exist and for what may not be seen. */
export default function CodeNotFound() {
  return (
    <BarePage
      title="There is no such code"
      actions={<ButtonLink href="/search">Back to code search</ButtonLink>}
    >
      The repository, the branch, the tag or the file does not exist, is not searched, or belongs to a guru
      that you have no part in. Ask the person who sent you the link to check it.
    </BarePage>
  );
}
