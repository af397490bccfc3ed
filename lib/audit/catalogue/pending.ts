/** Actions of the catalogue's specification whose producers are not built yet. An entry leaves when its event lands. */
export const pendingActions: readonly string[] = [];
