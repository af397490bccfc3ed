/** Import rules: they point one way (ARCHITECTURE.md). Each has its reason; a break is an error. */
const oneWay = (name, comment, from, to) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "A cycle has no first thing to read.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere is not checked by any rule.",
      severity: "error",
      from: { pathNot: "^scripts/(start|run)\\.mjs$" },
      to: { couldNotResolve: true },
    },
    oneWay(
      "lib-not-app",
      "lib runs without Next's routes: in the worker, the demo and the tests.",
      "^lib/",
      "^(app|components|scripts)/",
    ),
    oneWay(
      "components-not-app",
      "Components are what routes share; a component of one route lives beside it.",
      "^components/",
      "^(app|scripts)/",
    ),
    {
      name: "components-not-server",
      comment: "Components run in the browser: of lib they see only schemas, decisions and types.",
      severity: "error",
      from: { path: "^components/" },
      to: {
        path: "^lib/",
        pathNot:
          "(schemas|rules|types)\\.ts$|^lib/gate/action-state\\.ts$|^lib/platform/errors\\.ts$|^lib/audit/(catalogue/define|query/filter)\\.ts$",
        dependencyTypesNot: ["type-only"],
      },
    },
    oneWay(
      "platform-knows-nothing",
      "platform knows no product word.",
      "^lib/platform/",
      "^lib/(db|audit|access|gate|jobs|features)/",
    ),
    oneWay(
      "db-on-platform",
      "The database layer stands on platform alone.",
      "^lib/db/",
      "^lib/(audit|access|gate|jobs|features)/",
    ),
    oneWay(
      "audit-core",
      "The audit core imports no feature, no gate and no role.",
      "^lib/audit/",
      "^lib/(access|gate|jobs|features)/",
    ),
    oneWay(
      "access-below-gate",
      "Who may do what does not know how it is done.",
      "^lib/access/",
      "^lib/(gate|jobs|features)/",
    ),
    oneWay("gate-below-features", "The gate composes; it knows no feature.", "^lib/gate/", "^lib/features/"),
    {
      name: "features-apart",
      comment: "Features do not import each other: app composes them, or the shared noun moves down.",
      severity: "error",
      from: { path: "^lib/features/([^/]+)/" },
      to: { path: "^lib/features/", pathNot: "^lib/features/$1/" },
    },
    {
      name: "only-the-recorder-records",
      comment: "Only the gate records: an event outside its act's transaction is how events are lost.",
      severity: "error",
      from: { path: "^(app|components|lib)/", pathNot: "^lib/(gate|audit/record)/|\\.test\\.ts$" },
      to: { path: "^lib/audit/record/record\\.ts$" },
    },
    {
      name: "app-without-database",
      comment: "Routes load, compose and render; they have no SQL and no policy.",
      severity: "error",
      from: { path: "^(app|components)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^lib/db/|node_modules/(postgres|drizzle-orm|pg-boss)/" },
    },
    {
      name: "tests-stay-out",
      comment: "The product does not lean on its tests.",
      severity: "error",
      from: { path: "^(app|components|lib|scripts)/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^tests/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(build|\\.next)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
