import Model

/// An instance as specs ask for it, and as RDS has it.
enum Samples {
  static let account = AWSAccount(region: "eu-west-1", account: "123456789012")

  static func instance(_ values: [ManagedField: String] = [:], members: [String: [ManagedField: String]]? = nil)
    -> DesiredInstance
  {
    var instance = DesiredInstance(name: "orders", platform: DesiredPlatform(name: "prod", kind: .aws(account)))
    instance.version = VersionConstraint("16")
    var managed = DesiredManaged(
      identifier: "orders", engine: members == nil ? "postgres" : "aurora-postgresql")
    managed.values = values
    managed.members = members
    managed.masterPassword = .environment(variable: "MASTER_PASSWORD")
    instance.managed = managed
    return instance
  }

  static let plain: [ManagedField: String] = [
    .instanceClass: "db.t4g.medium", .storageSize: "100", .storageType: "gp3", .masterUser: "postgres",
    .securityGroups: "sg-1,sg-2", .logExports: "postgresql,upgrade", .backupRetention: "14", .multiAZ: "true",
    .storageEncrypted: "true", .maintenanceWindow: "sun:03:00-sun:04:00", .port: "5433",
  ]

  static let cluster: [ManagedField: String] = [
    .masterUser: "postgres", .masterPasswordManaged: "true", .serverlessMinimum: "0.5", .serverlessMaximum: "8",
    .logExports: "postgresql",
  ]

  static let members: [String: [ManagedField: String]] = [
    "orders-1": [.instanceClass: "db.r6g.large", .failoverTier: "1"],
    "orders-2": [.instanceClass: "db.serverless", .failoverTier: "0", .publicAccess: "false"],
  ]

  /// As it is when the specs' values are in force.
  static func observed(_ instance: DesiredInstance) -> Observed {
    var observed = Observed(presence: .running, version: ServerVersion(major: 16, minor: 4))
    let wanted = instance.managed ?? DesiredManaged(identifier: "orders", engine: "postgres")
    observed.systemIdentifier = "db-ABCDEF"
    var managed = ManagedState(
      identifier: wanted.identifier, engine: wanted.engine, status: "available", activity: .settled,
      settings: ManagedSettings(values: wanted.values))
    managed.members = wanted.members?.mapValues {
      ManagedMember(status: "available", activity: .settled, settings: ManagedSettings(values: $0))
    }
    managed.members?["orders-2"]?.isWriter = true
    managed.group = ParameterGroup(name: "holdfast-orders-postgres16", family: "postgres16")
    observed.managed = managed
    let definitions: [(String, ParameterDefinition)] = [
      ("work_mem", ParameterDefinition(kind: .integer, context: .sighup, unit: "kB")),
      ("log_connections", ParameterDefinition(kind: .bool, context: .sighup)),
      ("max_connections", ParameterDefinition(kind: .integer, context: .postmaster)),
    ]
    for (name, definition) in definitions {
      observed.parameters[name] = ParameterState(definition: definition, running: nil)
    }
    return observed
  }
}
