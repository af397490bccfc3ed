/** Actions of the catalogue's specification whose producers are not built yet. An entry leaves when its event lands. */
export const pendingActions: readonly string[] = [
  "user.performed_code_search",
  "user.performed_find_references",
  "user.performed_goto_definition",
  "file.viewed",
];
