/* A sample, fixed: sixteen events joined pairwise, and the way of one of them to the root. Decoration only. */
const EVENTS = [
  ["09:12:13", "LOGIN_SUCCESS"],
  ["09:12:54", "CREATE_GURU"],
  ["09:14:11", "ADD_DATASOURCE"],
  ["09:14:14", "ADD_DATASOURCE"],
  ["09:16:14", "CREATE_INTEGRATION"],
  ["09:17:18", "EDIT_INTEGRATION"],
  ["09:17:36", "SECRET_WRITE"],
  ["09:18:09", "ROLE_ASSIGNED"],
  ["09:19:01", "UPDATE_GURU"],
  ["09:19:08", "CODE_SEARCH"],
  ["09:20:43", "CREATE_WIDGET_ID"],
  ["09:20:55", "REINDEX_DATASOURCE"],
  ["09:21:35", "INVITES_CREATED"],
  ["09:22:03", "DELETE_API_KEY"],
  ["09:23:04", "EXPORT_ANALYTICS"],
  ["09:23:26", "LOGOUT"],
] as const;

const HOT = 8;
const LEFT = 292;
const STEP_X = 80;
const TOP = 92;
const STEP_Y = 38;
const LEVELS = 4;

type Node = { level: number; index: number; x: number; y: number };

function y(level: number, index: number): number {
  return TOP + STEP_Y * (index * 2 ** level + (2 ** level - 1) / 2);
}

const NODES: Node[] = Array.from({ length: LEVELS + 1 }, (_, level) =>
  Array.from({ length: EVENTS.length / 2 ** level }, (_, index) => ({
    level,
    index,
    x: LEFT + STEP_X * level,
    y: y(level, index),
  })),
).flat();

const isHot = (node: Node) => node.index === HOT >> node.level;
const isSibling = (node: Node) => node.level < LEVELS && node.index === ((HOT >> node.level) ^ 1);

/** From a node to its parent: right, round the corner, along, round, right. */
function edge(node: Node): string {
  const to = y(node.level + 1, node.index >> 1);
  const down = to > node.y ? 1 : -1;
  const bend = node.x + 46;
  return `M${node.x} ${node.y}H${bend - 6}Q${bend} ${node.y} ${bend} ${node.y + 6 * down}V${to - 6 * down}Q${bend} ${to} ${bend + 6} ${to}H${node.x + STEP_X}`;
}

function label([time, name]: readonly [string, string], index: number) {
  const line = TOP + STEP_Y * index + 4;
  return (
    <g key={time}>
      <text className="tm" x="48" y={line}>
        {time}
      </text>
      <text x="122" y={line}>
        {name}
      </text>
    </g>
  );
}

function circle(node: Node, className?: string) {
  const radius = node.level === LEVELS ? 6 : isHot(node) || isSibling(node) ? 4 : 3;
  return (
    <circle key={`${node.level}.${node.index}`} className={className} cx={node.x} cy={node.y} r={radius} />
  );
}

export function LogDrawing() {
  const edges = NODES.filter((node) => node.level < LEVELS);
  const path = (node: Node) => <path key={`${node.level}.${node.index}`} d={edge(node)} />;
  return (
    <svg className="tree" viewBox="0 0 760 760" aria-hidden="true">
      {edges.filter((node) => !isHot(node)).map(path)}
      {NODES.filter((node) => !isHot(node) && !isSibling(node)).map((node) => circle(node))}
      {EVENTS.map((event, index) => (index === HOT ? null : label(event, index)))}
      <g className="hot">
        {edges.filter(isHot).map(path)}
        {NODES.filter(isHot).map((node) => circle(node))}
        {EVENTS[HOT] ? label(EVENTS[HOT], HOT) : null}
      </g>
      {NODES.filter(isSibling).map((node) => circle(node, "sib"))}
    </svg>
  );
}
