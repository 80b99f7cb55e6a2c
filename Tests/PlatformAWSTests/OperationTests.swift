import Model
import Planner
import PlatformAWS
import Simulator
import Testing

/// What edits become, and that RDS's own model takes it.
@Suite struct OperationTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var edits: [Edit]
    var calls: [String]
    var isCluster = false

    var testDescription: String { name }
  }

  static let rows: [Row] = [
    Row(
      name: "several settings at once",
      edits: [
        .setManaged(member: nil, values: [.instanceClass: "db.m6g.large"], moment: .now),
        .setManaged(member: nil, values: [.copyTagsToSnapshots: "true"], moment: .now),
      ],
      calls: [
        "ModifyDBInstance DBInstanceIdentifier=orders ApplyImmediately=true DBInstanceClass=db.m6g.large "
          + "CopyTagsToSnapshot=true"
      ]),
    Row(
      name: "what is always at once flushes nothing",
      edits: [.setManaged(member: nil, values: [.copyTagsToSnapshots: "true", .backupRetention: "7"], moment: .now)],
      calls: [
        "ModifyDBInstance DBInstanceIdentifier=orders ApplyImmediately=false CopyTagsToSnapshot=true "
          + "BackupRetentionPeriod=7"
      ]),
    Row(
      name: "in the window",
      edits: [.setManaged(member: nil, values: [.multiAZ: "false"], moment: .window)],
      calls: ["ModifyDBInstance DBInstanceIdentifier=orders ApplyImmediately=false MultiAZ=false"]),
    Row(
      name: "a major upgrade with its group",
      edits: [
        .setManaged(
          member: nil, values: [.version: "17.2", .parameterGroup: "holdfast-orders-postgres17"], moment: .now)
      ],
      calls: [
        "ModifyDBInstance DBInstanceIdentifier=orders ApplyImmediately=true AllowMajorVersionUpgrade=true "
          + "EngineVersion=17.2 DBParameterGroupName=holdfast-orders-postgres17"
      ]),
    Row(
      name: "log exports as a difference",
      edits: [.setManaged(member: nil, values: [.logExports: "iam-db-auth-error,upgrade"], moment: .now)],
      calls: [
        "ModifyDBInstance DBInstanceIdentifier=orders ApplyImmediately=false "
          + "CloudwatchLogsExportConfiguration.EnableLogTypes.member.1=iam-db-auth-error "
          + "CloudwatchLogsExportConfiguration.DisableLogTypes.member.1=postgresql"
      ]),
    Row(
      name: "a port, which has another name here",
      edits: [.setManaged(member: nil, values: [.port: "5434", .securityGroups: "sg-3"], moment: .now)],
      calls: [
        "ModifyDBInstance DBInstanceIdentifier=orders ApplyImmediately=false "
          + "VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-3 DBPortNumber=5434"
      ]),
    Row(
      name: "IOPS want the size beside them",
      edits: [.setManaged(member: nil, values: [.storageIOPS: "12000"], moment: .now)],
      calls: [
        "ModifyDBInstance DBInstanceIdentifier=orders ApplyImmediately=true AllocatedStorage=100 Iops=12000"
      ]),
    Row(
      name: "a rename", edits: [.renameInstance(from: "orders", to: "orders-2")],
      calls: [
        "ModifyDBInstance DBInstanceIdentifier=orders NewDBInstanceIdentifier=orders-2 ApplyImmediately=true"
      ]),
    Row(
      name: "parameters, static and dynamic",
      edits: [
        .setParameter(name: "work_mem", value: "64MB"), .setParameter(name: "log_connections", value: "on"),
        .setParameter(name: "max_connections", value: nil), .reload,
      ],
      calls: [
        "ResetDBParameterGroup DBParameterGroupName=holdfast-orders-postgres16 "
          + "Parameters.Parameter.1.ParameterName=max_connections Parameters.Parameter.1.ApplyMethod=pending-reboot",
        "ModifyDBParameterGroup DBParameterGroupName=holdfast-orders-postgres16 "
          + "Parameters.Parameter.1.ParameterName=log_connections Parameters.Parameter.1.ParameterValue=1 "
          + "Parameters.Parameter.1.ApplyMethod=immediate Parameters.Parameter.2.ParameterName=work_mem "
          + "Parameters.Parameter.2.ParameterValue=65536 Parameters.Parameter.2.ApplyMethod=immediate",
      ]),
    Row(
      name: "a formula is left as it is",
      edits: [.setParameter(name: "max_connections", value: "LEAST({DBInstanceClassMemory/9531392},5000)")],
      calls: [
        "ModifyDBParameterGroup DBParameterGroupName=holdfast-orders-postgres16 "
          + "Parameters.Parameter.1.ParameterName=max_connections "
          + "Parameters.Parameter.1.ParameterValue=LEAST({DBInstanceClassMemory/9531392},5000) "
          + "Parameters.Parameter.1.ApplyMethod=pending-reboot"
      ]),
    Row(
      name: "groups",
      edits: [
        .createParameterGroup(ParameterGroup(name: "holdfast-orders-postgres17", family: "postgres17")),
        .removeParameterGroup(name: "holdfast-orders-postgres15"),
      ],
      calls: [
        "CreateDBParameterGroup DBParameterGroupName=holdfast-orders-postgres17 DBParameterGroupFamily=postgres17 "
          + "Description=Parameters by Holdfast",
        "DeleteDBParameterGroup DBParameterGroupName=holdfast-orders-postgres15",
      ]),
    Row(
      name: "tags",
      edits: [
        .setTag(name: "team", value: "orders"), .setTag(name: "old", value: nil), .setTag(name: "tier", value: "1"),
      ],
      calls: [
        "AddTagsToResource ResourceName=arn:aws:rds:eu-west-1:123456789012:db:orders Tags.Tag.1.Key=team "
          + "Tags.Tag.1.Value=orders Tags.Tag.2.Key=tier Tags.Tag.2.Value=1",
        "RemoveTagsFromResource ResourceName=arn:aws:rds:eu-west-1:123456789012:db:orders TagKeys.member.1=old",
      ]),
    Row(name: "a restart", edits: [.restart], calls: ["RebootDBInstance DBInstanceIdentifier=orders"]),
    Row(name: "a stop", edits: [.stopInstance], calls: ["StopDBInstance DBInstanceIdentifier=orders"]),
    Row(name: "a start", edits: [.startInstance], calls: ["StartDBInstance DBInstanceIdentifier=orders"]),
    Row(
      name: "a snapshot, and the end of one",
      edits: [.takeBackup(kind: .full), .deleteBackup(label: "holdfast-orders-20260101000000")],
      calls: [
        "CreateDBSnapshot DBInstanceIdentifier=orders DBSnapshotIdentifier=holdfast-orders-<time>",
        "DeleteDBSnapshot DBSnapshotIdentifier=holdfast-orders-20260101000000",
      ]),
    Row(
      name: "copies in another account",
      edits: [
        .copySnapshot(label: nil, to: CopyTarget(account: "210987654321", region: "eu-central-1")),
        .endSharing(label: "holdfast-orders-20260101000000", with: "210987654321"),
        .deleteSnapshotCopy(
          label: "holdfast-orders-20260101000000", in: CopyTarget(account: "210987654321", region: "eu-central-1")),
        .setTag(name: "team", value: "orders"),
      ],
      calls: [
        "AddTagsToResource ResourceName=arn:aws:rds:eu-west-1:123456789012:snapshot:<newest of orders> "
          + "Tags.Tag.1.Key=holdfast:shared-with:210987654321 Tags.Tag.1.Value=until it is copied",
        "ModifyDBSnapshotAttribute DBSnapshotIdentifier=<newest of orders> AttributeName=restore "
          + "ValuesToAdd.AttributeValue.1=210987654321",
        "CopyDBSnapshot SourceDBSnapshotIdentifier=arn:aws:rds:eu-west-1:123456789012:snapshot:<newest of orders> "
          + "TargetDBSnapshotIdentifier=<newest of orders> Tags.Tag.1.Key=team Tags.Tag.1.Value=orders "
          + "in eu-central-1 of 210987654321",
        "ModifyDBSnapshotAttribute DBSnapshotIdentifier=holdfast-orders-20260101000000 AttributeName=restore "
          + "ValuesToRemove.AttributeValue.1=210987654321",
        "RemoveTagsFromResource "
          + "ResourceName=arn:aws:rds:eu-west-1:123456789012:snapshot:holdfast-orders-20260101000000 "
          + "TagKeys.member.1=holdfast:shared-with:210987654321",
        "DeleteDBSnapshot DBSnapshotIdentifier=holdfast-orders-20260101000000 in eu-central-1 of 210987654321",
        "AddTagsToResource ResourceName=arn:aws:rds:eu-west-1:123456789012:db:orders Tags.Tag.1.Key=team "
          + "Tags.Tag.1.Value=orders",
      ]),
    Row(
      name: "a cluster's copy in another account",
      edits: [
        .copySnapshot(
          label: "holdfast-orders-20260101000000", to: CopyTarget(account: "210987654321", region: "eu-west-1"))
      ],
      calls: [
        "AddTagsToResource "
          + "ResourceName=arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:holdfast-orders-20260101000000 "
          + "Tags.Tag.1.Key=holdfast:shared-with:210987654321 Tags.Tag.1.Value=until it is copied",
        "ModifyDBClusterSnapshotAttribute DBClusterSnapshotIdentifier=holdfast-orders-20260101000000 "
          + "AttributeName=restore ValuesToAdd.AttributeValue.1=210987654321",
        "CopyDBClusterSnapshot "
          + "SourceDBClusterSnapshotIdentifier=arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:"
          + "holdfast-orders-20260101000000 TargetDBClusterSnapshotIdentifier=holdfast-orders-20260101000000 "
          + "in eu-west-1 of 210987654321",
      ], isCluster: true),
    Row(
      name: "copies of backups",
      edits: [
        .copyBackups(region: "eu-central-1", copied: true), .copyBackups(region: "eu-north-1", copied: false),
        .setTag(name: "team", value: "orders"),
      ],
      calls: [
        "StartDBInstanceAutomatedBackupsReplication SourceDBInstanceArn=arn:aws:rds:eu-west-1:123456789012:db:orders "
          + "BackupRetentionPeriod=14 Tags.Tag.1.Key=team Tags.Tag.1.Value=orders in eu-central-1",
        "StopDBInstanceAutomatedBackupsReplication SourceDBInstanceArn=arn:aws:rds:eu-west-1:123456789012:db:orders "
          + "in eu-north-1",
        "AddTagsToResource ResourceName=arn:aws:rds:eu-west-1:123456789012:db:orders Tags.Tag.1.Key=team "
          + "Tags.Tag.1.Value=orders",
      ]),
    Row(
      name: "the end",
      edits: [.removeInstance],
      calls: [
        "DeleteDBInstance DBInstanceIdentifier=orders SkipFinalSnapshot=false "
          + "FinalDBSnapshotIdentifier=holdfast-orders-final-db-abcdef DeleteAutomatedBackups=false"
      ]),
    Row(
      name: "a cluster's capacity and a member's class",
      edits: [
        .setManaged(member: nil, values: [.serverlessMaximum: "16"], moment: .now),
        .setManaged(member: "orders-1", values: [.instanceClass: "db.r6g.xlarge"], moment: .now),
      ],
      calls: [
        "ModifyDBCluster DBClusterIdentifier=orders ApplyImmediately=false "
          + "ServerlessV2ScalingConfiguration.MinCapacity=0.5 ServerlessV2ScalingConfiguration.MaxCapacity=16",
        "ModifyDBInstance DBInstanceIdentifier=orders-1 ApplyImmediately=true DBInstanceClass=db.r6g.xlarge",
      ], isCluster: true),
    Row(
      name: "members that come and go",
      edits: [
        .addMember(name: "orders-3", values: [.instanceClass: "db.serverless"]), .removeMember(name: "orders-1"),
      ],
      calls: [
        "CreateDBInstance DBInstanceIdentifier=orders-3 DBClusterIdentifier=orders Engine=aurora-postgresql "
          + "DBInstanceClass=db.serverless",
        "DeleteDBInstance DBInstanceIdentifier=orders-1 SkipFinalSnapshot=true",
      ], isCluster: true),
    Row(
      name: "a cluster's restart, writer first", edits: [.restart],
      calls: [
        "RebootDBInstance DBInstanceIdentifier=orders-2", "RebootDBInstance DBInstanceIdentifier=orders-1",
      ], isCluster: true),
    Row(
      name: "a cluster's end", edits: [.removeInstance],
      calls: [
        "DeleteDBInstance DBInstanceIdentifier=orders-1 SkipFinalSnapshot=true",
        "DeleteDBInstance DBInstanceIdentifier=orders-2 SkipFinalSnapshot=true",
        "DeleteDBCluster DBClusterIdentifier=orders SkipFinalSnapshot=false "
          + "FinalDBSnapshotIdentifier=holdfast-orders-final-db-abcdef DeleteAutomatedBackups=false",
      ], isCluster: true),
    Row(
      name: "a cluster's rest",
      edits: [
        .takeBackup(kind: .full), .deleteBackup(label: "holdfast-orders-1"), .startInstance, .stopInstance,
        .renameInstance(from: "orders", to: "sales"), .setTag(name: "a", value: "b"),
      ],
      calls: [
        "CreateDBClusterSnapshot DBClusterIdentifier=orders DBClusterSnapshotIdentifier=holdfast-orders-<time>",
        "DeleteDBClusterSnapshot DBClusterSnapshotIdentifier=holdfast-orders-1",
        "StartDBCluster DBClusterIdentifier=orders", "StopDBCluster DBClusterIdentifier=orders",
        "ModifyDBCluster DBClusterIdentifier=orders NewDBClusterIdentifier=sales ApplyImmediately=true",
        "AddTagsToResource ResourceName=arn:aws:rds:eu-west-1:123456789012:cluster:orders Tags.Tag.1.Key=a "
          + "Tags.Tag.1.Value=b",
      ], isCluster: true),
  ]

  @Test(arguments: rows) func becomesCalls(_ row: Row) {
    #expect(rendered(row).texts == row.calls)
  }

  @Test func theModelTakesThemAll() async throws {
    #expect(try await RDSRequestValidator.reports(on: Self.rows.flatMap(rendered)) == [])
  }

  private func rendered(_ row: Row) -> [Operation] {
    let edits = row.edits
    let instance =
      row.isCluster ? Samples.instance(Samples.cluster, members: Samples.members) : Samples.instance(Samples.plain)
    let before = Samples.observed(instance)
    let planner = AWSStepPlanner()
    var simulator = Simulator(before, pristine: planner.pristine(for: instance), now: Timestamp(seconds: 0))
    simulator.apply(edits)
    return planner.operations(for: edits, of: instance, before: before, after: simulator.observed)
  }
}

/// Making instances, in all ways.
@Suite struct CreationTests {
  private func creation(_ instance: DesiredInstance) -> [Operation] {
    let planner = AWSStepPlanner()
    let pristine = planner.pristine(for: instance)
    var simulator = Simulator(Observed(presence: .absent), pristine: pristine, now: Timestamp(seconds: 0))
    let edit = Edit.createInstance(version: ServerVersion(major: 16, minor: 4))
    simulator.apply(edit)
    return planner.operations(
      for: [edit], of: instance, before: Observed(presence: .absent), after: simulator.observed)
  }

  /// In all ways there are.
  private static var instances: [DesiredInstance] {
    let sources: [RestoreSource?] = [
      nil, .snapshot(identifier: "before-the-flood"), .pointInTime(instance: "sales", at: nil),
      .pointInTime(instance: "sales", at: Timestamp(seconds: 1_795_057_200)),
    ]
    var replica = Samples.instance(Samples.plain)
    replica.managed?.replicaOf = "sales"
    return [replica]
      + sources.flatMap { source in
        [Samples.instance(Samples.plain), Samples.instance(Samples.cluster, members: Samples.members)].map {
          var instance = $0
          instance.labels = ["team": "orders"]
          instance.managed?.restoreFrom = source
          return instance
        }
      }
  }

  @Test func theModelTakesThemAll() async throws {
    #expect(try await RDSRequestValidator.reports(on: Self.instances.flatMap(creation)) == [])
  }

  @Test func aPlainInstanceIsMadeWithAllThatIsWritten() {
    var instance = Samples.instance(Samples.plain)
    instance.labels = ["team": "orders"]
    instance.parameters.values = [:]
    #expect(
      creation(instance).texts == [
        "CreateDBInstance DBInstanceIdentifier=orders Engine=postgres EngineVersion=16.4 DBInstanceClass=db.t4g.medium "
          + "AllocatedStorage=100 StorageType=gp3 StorageEncrypted=true MultiAZ=true "
          + "VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-1 VpcSecurityGroupIds.VpcSecurityGroupId.2=sg-2 Port=5433 "
          + "MasterUsername=postgres PreferredMaintenanceWindow=sun:03:00-sun:04:00 "
          + "EnableCloudwatchLogsExports.member.1=postgresql EnableCloudwatchLogsExports.member.2=upgrade "
          + "DBParameterGroupName=holdfast-orders-postgres16 BackupRetentionPeriod=14 "
          + "MasterUserPassword=<env MASTER_PASSWORD> Tags.Tag.1.Key=team Tags.Tag.1.Value=orders"
      ])
  }

  @Test func aClusterIsMadeWithoutItsMembers() {
    let operations = creation(Samples.instance(Samples.cluster, members: Samples.members))
    #expect(
      operations.texts == [
        "CreateDBCluster DBClusterIdentifier=orders Engine=aurora-postgresql EngineVersion=16.4 MasterUsername=postgres "
          + "ManageMasterUserPassword=true EnableCloudwatchLogsExports.member.1=postgresql "
          + "ServerlessV2ScalingConfiguration.MinCapacity=0.5 ServerlessV2ScalingConfiguration.MaxCapacity=8"
      ])
  }

  @Test func aRestoredOneTakesWhatTheModelTakes() {
    for instance in Self.instances where instance.managed?.restoreFrom != nil {
      let text = creation(instance).texts.first ?? ""
      #expect(text.hasPrefix("RestoreDB"))
      #expect(!text.contains("MasterUser") && !text.contains("PreferredMaintenanceWindow"))
    }
  }

  @Test func aMomentIsWrittenAsRDSReadsIt() {
    var instance = Samples.instance(Samples.plain)
    instance.managed?.restoreFrom = .pointInTime(instance: "sales", at: Timestamp(seconds: 1_795_057_200))
    #expect(creation(instance).texts[0].contains("RestoreTime=2026-11-19T03:00:00Z"))
  }

  @Test func aReplicaHasItsSourcesMaster() {
    var instance = Samples.instance(Samples.plain)
    instance.managed?.replicaOf = "sales"
    let text = creation(instance).texts[0]
    #expect(text.hasPrefix("CreateDBInstanceReadReplica DBInstanceIdentifier=orders SourceDBInstanceIdentifier=sales "))
    #expect(!text.contains("Master") && !text.contains("BackupRetentionPeriod"))
  }

  /// So that nothing but real differences becomes a step after it.
  @Test func whatIsMadeWithItIsNotComparedWithNothing() {
    let instance = Samples.instance(Samples.plain)
    let values = AWSStepPlanner().pristine(for: instance).managed?.settings.values ?? [:]
    #expect(values == Samples.plain)
  }
}

extension [Operation] {
  var texts: [String] {
    map { if case .http(let call) = $0 { call.text } else { "\($0)" } }
  }
}
