"use client";
import { usePathname } from "next/navigation";
import { useEffect, useState } from "react";
import { IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Modal } from "@/components/ui/modal";
import { Sidebar, type SidebarProps } from "./sidebar";
import { ThemeSwitch } from "./theme-switch";

/** Below 768 px the sidebar is behind this button. */
export function Drawer(props: SidebarProps) {
  const [open, setOpen] = useState(false);
  const pathname = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link inside was followed when the path changes
  useEffect(() => setOpen(false), [pathname]);
  return (
    <>
      <IconButton label="Open navigation" className="burger" onClick={() => setOpen(true)}>
        <Icon name="menu" />
      </IconButton>
      {open ? (
        <Modal label="Navigation" className="sheet left" onClose={() => setOpen(false)}>
          <Sidebar {...props} footButtons={<ThemeSwitch />} />
        </Modal>
      ) : null}
    </>
  );
}
