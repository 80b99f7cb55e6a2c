import Model
import Planner
import SQL
import Simulator

/// A step in short: what it does, and whether that is one transaction or one operation an edit.
struct Draft {
  var phase: Phase
  var edits: [Edit]
  var keys: [FactKey]
  var isAtomic = true
  var deadlineSeconds = 0
  var needsPrevious = true
  var hazards: [Hazard] = []
}

/// Puts drafts into a plan as the planner does: what a step expects and achieves is read off a simulated instance.
func makePlan(
  _ drafts: [Draft], observed: Observed, pristine: Observed = pristine, instance: String = "orders",
  fallbacks: [String: String] = [:]
) -> InstancePlan {
  var simulator = Simulator(observed, pristine: pristine, now: moment, fallbacks: fallbacks)
  var plan = InstancePlan(instance: instance, summary: instance, systemIdentifier: observed.systemIdentifier)
  for (index, draft) in drafts.enumerated() {
    let before = simulator.observed
    simulator.apply(draft.edits)
    let layer = draft.phase == .parameters ? [FactKey.layer] : []
    plan.steps.append(
      Step(
        id: index + 1, phase: draft.phase, title: "step \(index + 1)",
        work: Work(edits: draft.edits, operations: operations(of: draft, step: index + 1)), makes: [],
        needs: draft.needsPrevious && index > 0 ? [index] : [],
        expects: (draft.keys + layer).map { Fact(key: $0, value: before.value(of: $0)) },
        achieves: draft.keys.map { Fact(key: $0, value: simulator.observed.value(of: $0)) },
        deadlineSeconds: draft.deadlineSeconds, hazards: draft.hazards, timing: .now,
        reverse: .forwardOnly(because: "a test")))
  }
  return plan
}

/// An operation says in the name of its database which step and which of its edits it stands for.
private func operations(of draft: Draft, step: Int) -> [Operation] {
  let parts = draft.isAtomic ? ["all"] : draft.edits.indices.map { "\($0)" }
  return parts.map { part in
    .sql(
      batch: SQLBatch(
        database: "\(step) \(part)", isTransaction: draft.isAtomic,
        statements: [.text("SELECT 1"), .text("SELECT 2")]))
  }
}

extension Operation {
  /// The edits of the plan that the operation stands for.
  func edits(in plan: InstancePlan) -> (step: Int, edits: [Edit]) {
    guard case .sql(let batch) = self else { preconditionFailure("not an operation of these tests") }
    let parts = batch.database.split(separator: " ")
    let step = Int(parts[0])!  // Written so above.
    let edits = plan.steps[step - 1].work.edits
    return (step, Int(parts[1]).map { [edits[$0]] } ?? edits)
  }
}

let moment = Timestamp(seconds: 1_795_356_191)  // 2026-11-22 14:03:11 UTC

/// What creating an instance gives.
let pristine: Observed = {
  var observed = Observed(presence: .running, version: ServerVersion(major: 15))
  observed.capabilities.user = "postgres"
  observed.capabilities.isSuperuser = true
  observed.roles["postgres"] = Role()
  observed.databases["postgres"] = Database(owner: "postgres", acl: ACL())
  observed.host = HostState(isOurs: true, includesLayer: false)
  observed.parameters["work_mem"] = ParameterState(
    definition: ParameterDefinition(kind: .integer, context: .user, unit: "kB"), running: "4096")
  return observed
}()

let running: Observed = {
  var observed = pristine
  observed.systemIdentifier = "7001"
  return observed
}()

/// Parameters that are written one after the other, roles, a database, what lies in it, a reload that shows nowhere.
let changes: [Draft] = [
  Draft(
    phase: .parameters,
    edits: [
      .setParameter(name: "work_mem", value: "64MB"), .setParameter(name: "port", value: "5433"), .reload,
    ],
    keys: [.layerParameter(name: "work_mem"), .layerParameter(name: "port")], isAtomic: false),
  Draft(
    phase: .roles,
    edits: [
      .createRole(name: "owner", attributes: RoleAttributes()),
      .createRole(name: "app", attributes: RoleAttributes()),
    ],
    keys: [.role(name: "owner"), .role(name: "app"), .roleAttribute(role: "app", field: .login)]),
  Draft(
    phase: .databases,
    edits: [
      .createDatabase(name: "app", owner: "owner"),
      .setSetting(scope: SettingScope(database: "app"), name: "work_mem", value: "1MB"),
    ],
    keys: [
      .database(name: "app"), .databaseOwner(name: "app"),
      .setting(scope: SettingScope(database: "app"), name: "work_mem"),
    ],
    isAtomic: false),
  Draft(
    phase: .contents,
    edits: [
      .createSchema(database: "app", name: "s", owner: "owner"),
      .revoke(
        on: .database("app"), from: .everybody, grantor: "owner", privileges: [.connect, .temporary],
        grantOptionOnly: false),
    ],
    keys: [
      .schema(database: "app", name: "s"),
      .privileges(on: .database("app"), grantee: .everybody, grantor: "owner"),
    ]),
  Draft(phase: .restart, edits: [.restart], keys: []),
  Draft(phase: .retire, edits: [.dropRole(name: "app")], keys: [.role(name: "app")]),
]

let creation: [Draft] =
  [
    Draft(
      phase: .create, edits: [.createInstance(version: ServerVersion(major: 15)), .includeLayer],
      keys: [.exists, .majorVersion, .layerIsIncluded], isAtomic: true,
      hazards: [Hazard(.createInstance, .instance("orders"), "a new, empty instance is made")]),
    Draft(phase: .start, edits: [.startInstance], keys: [.presence], deadlineSeconds: 60),
  ] + changes.dropFirst()

let removal: [Draft] = [
  Draft(phase: .stop, edits: [.stopInstance], keys: [.presence]),
  Draft(phase: .remove, edits: [.removeInstance], keys: [.exists]),
]

func samplePlan(_ instances: [InstancePlan], createdAt: Timestamp = moment) -> Plan {
  Plan(
    toolVersion: "0.1", createdAt: createdAt, origin: .specs, specs: SpecsIdentity(digest: "abc"),
    instances: instances,
    released: ["instance/old"])
}
