import { Td } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";

/** A person by name and address. */
export function PersonCell({ name, email }: { name: string; email: string }) {
  return (
    <Td className="[overflow-wrap:anywhere]">
      <div className="font-medium">
        <VisibleText text={name} />
      </div>
      <div className="text-fg-3 text-xs">
        <VisibleText text={email} />
      </div>
    </Td>
  );
}
