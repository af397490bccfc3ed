import type { World } from "./roles-world";

/** Events that nobody caused: rows to scroll through. */
export async function addEvents(world: World, count: number, label: string): Promise<void> {
  await world.admin`
    insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type,
      target_id, target_label, version)
    select 1, 'datasource.indexed', 'INDEX_DATASOURCE', 'updated', 'DataSource', 'success', 'system', 'system', 'datasource',
      n::text, ${label} || ' ' || n, '0.1.0'
    from generate_series(1, ${count}::int) n`;
}
