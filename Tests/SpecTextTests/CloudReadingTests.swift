import Diagnostics
import Model
import SpecText
import Testing

/// Every field that the language has for AWS, of a plain instance and of a cluster; no mistake is in it.
let wholeCloudExample = """
  kind: Platform
  name: aws-prod
  type: aws
  region: eu-west-1
  account: 012345678901
  profile: prod
  assume_role: { arn: "arn:aws:iam::012345678901:role/holdfast", external_id: x, session_name: nightly }
  endpoints: { rds: "http://127.0.0.1:5000", sts: "https://sts.example.net", secretsmanager: "http://[::1]:5000/" }
  ca: /etc/ssl/corp.pem
  ---
  kind: Instance
  name: orders
  platform: aws-prod
  identifier: orders-prod
  engine: postgres
  version: 16
  state: running
  renamed_from: orders-old
  protect: true
  labels: { team: orders, "cost center": 12 }
  parameters: [oltp]
  backup: tier-1
  connect: { user: holdfast_ro, apply_user: holdfast, iam: true, tls: verify-full }
  databases: { orders: {} }
  restore_from: { instance: orders-staging, at: 2026-11-20T03:00:00Z }
  aws:
    class: db.t4g.medium
    storage: { size: 400, max: 500, type: gp3, iops: 12000, throughput: 500, encrypted: true, kms_key: alias/rds }
    multi_az: true
    availability_zone: eu-west-1a
    subnet_group: private
    security_groups: [sg-0b, sg-0a]
    public: false
    port: 5432
    network_type: DUAL
    certificate_authority: rds-ca-rsa2048-g1
    master: { user: dba, managed_password: true, kms_key: alias/secrets }
    iam_authentication: true
    auto_minor_upgrade: false
    maintenance_window: Sun:03:00-Sun:04:00
    copy_tags_to_snapshots: true
    log_exports: [upgrade, postgresql]
    performance_insights: { enabled: true, retention_days: 62, kms_key: alias/pi }
    monitoring: { interval: 60, role: "arn:aws:iam::012345678901:role/rds-monitoring" }
    option_group: "default:postgres-16"
    parameter_group: shared-pg16
    apply: window
    apply_now: [class, storage.size, version]
    delete_automated_backups: true
    final_snapshot: false
  ---
  kind: Instance
  name: ledger
  platform: aws-prod
  engine: postgres
  backup: tier-1
  members:
    ledger-1:
      class: db.r6g.large
      failover_tier: 0
      availability_zone: eu-west-1b
      public: false
      performance_insights: { enabled: false }
      monitoring: { interval: 0 }
      auto_minor_upgrade: true
      certificate_authority: rds-ca-rsa4096-g1
    ledger-2: { class: db.serverless }
  aws:
    storage: { type: aurora-iopt1 }
    master: { user: dba, password: { aws_secret: "ledger/${instance}", key: master } }
    serverless: { min: 0.50, max: 8.0 }
    apply: now
    apply_in_window: [class]
  ---
  kind: Parameters
  name: oltp
  values: { work_mem: 64MB }
  ---
  kind: BackupPolicy
  name: tier-1
  retain: 2w
  full: { every: 7d, max_age: 8d }
  aws: { window: "02:00-02:30", keep_snapshots: 90d, max_lag: 15m }
  local: { repository: /backup }
  """

@Test func theWholeExampleOfACloudIsRead() throws {
  let (desired, diagnostics) = read(wholeCloudExample)
  #expect(diagnostics.isEmpty, "\(diagnostics)")
  let (ledger, orders) = (try #require(desired.instances.first), try #require(desired.instances.last))
  #expect(orders.platform.kind == .aws(expectedAccount()))
  #expect(orders.managed == expectedInstance())
  #expect(orders.connect.iam)
  #expect(orders.renamedFrom == "orders-old")
  #expect(orders.labels == ["team": "orders", "cost center": "12"])
  #expect(orders.backup == nil)
  #expect(ledger.managed == expectedCluster())
}

private func expectedAccount() -> AWSAccount {
  var account = AWSAccount(region: "eu-west-1", account: "012345678901")
  account.profile = "prod"
  account.role = .init(
    name: "arn:aws:iam::012345678901:role/holdfast", externalID: "x", sessionName: "nightly")
  account.endpoints = [
    "rds": "http://127.0.0.1:5000", "sts": "https://sts.example.net", "secretsmanager": "http://[::1]:5000/",
  ]
  account.certificateAuthority = "/etc/ssl/corp.pem"
  return account
}

private func expectedInstance() -> DesiredManaged {
  var managed = DesiredManaged(identifier: "orders-prod", engine: "postgres")
  managed.values = [
    .deletionProtection: "true", .instanceClass: "db.t4g.medium", .storageSize: "400", .storageMaximum: "500",
    .storageType: "gp3", .storageIOPS: "12000", .storageThroughput: "500", .storageEncrypted: "true",
    .storageKey: "alias/rds", .multiAZ: "true", .availabilityZone: "eu-west-1a", .subnetGroup: "private",
    .securityGroups: "sg-0a,sg-0b", .publicAccess: "false", .port: "5432", .networkType: "DUAL",
    .certificateAuthority: "rds-ca-rsa2048-g1", .masterUser: "dba", .masterPasswordManaged: "true",
    .masterSecretKey: "alias/secrets", .iamAuthentication: "true", .autoMinorUpgrade: "false",
    .maintenanceWindow: "sun:03:00-sun:04:00", .copyTagsToSnapshots: "true", .logExports: "postgresql,upgrade",
    .performanceInsights: "true", .performanceInsightsRetention: "62", .performanceInsightsKey: "alias/pi",
    .monitoringInterval: "60", .monitoringRole: "arn:aws:iam::012345678901:role/rds-monitoring",
    .optionGroup: "default:postgres-16", .parameterGroup: "shared-pg16", .backupRetention: "14",
    .backupWindow: "02:00-02:30",
  ]
  managed.otherwise = [.instanceClass, .storageSize, .version]
  managed.restoreFrom = .pointInTime(instance: "orders-staging", at: Timestamp(seconds: 1_795_143_600))
  managed.deletesAutomatedBackups = true
  managed.skipsFinalSnapshot = true
  managed.backup = expectedBackup()
  return managed
}

private func expectedCluster() -> DesiredManaged {
  var managed = DesiredManaged(identifier: "ledger", engine: "aurora-postgresql")
  managed.values = [
    .storageType: "aurora-iopt1", .masterUser: "dba", .serverlessMinimum: "0.5", .serverlessMaximum: "8",
    .backupRetention: "14", .backupWindow: "02:00-02:30",
  ]
  managed.members = [
    "ledger-1": [
      .instanceClass: "db.r6g.large", .failoverTier: "0", .availabilityZone: "eu-west-1b", .publicAccess: "false",
      .performanceInsights: "false", .monitoringInterval: "0", .autoMinorUpgrade: "true",
      .certificateAuthority: "rds-ca-rsa4096-g1",
    ],
    "ledger-2": [.instanceClass: "db.serverless"],
  ]
  managed.moment = .now
  managed.otherwise = [.instanceClass]
  managed.masterPassword = .awsSecret(id: "ledger/ledger", key: "master", platform: "aws-prod")
  managed.backup = expectedBackup()
  return managed
}

private func expectedBackup() -> DesiredManagedBackup {
  let day = 86_400
  var backup = DesiredManagedBackup(policy: "tier-1")
  backup.full = .init(every: TimeSpan(seconds: 7 * day), maxAge: TimeSpan(seconds: 8 * day))
  backup.keepSnapshots = TimeSpan(seconds: 90 * day)
  backup.maximumLag = TimeSpan(seconds: 900)
  return backup
}

/// Each setting of the model is one that the example sets, or one that only the platform tells.
@Test func theExampleHasEverySetting() {
  let (instance, cluster) = (expectedInstance(), expectedCluster())
  let written = Set(instance.values.keys).union(cluster.values.keys)
    .union(cluster.members?.values.flatMap(\.keys) ?? [])
  #expect(Set(ManagedField.allCases).subtracting(written) == [.version])
}

@Test(
  arguments: [
    (ManagedField.instanceClass, nil, 27), (.storageSize, nil, 28), (.storageIOPS, nil, 28), (.port, nil, 34),
    (.performanceInsightsRetention, nil, 43), (.deletionProtection, nil, 19), (.version, nil, 16),
    (.backupRetention, nil, 22), (.backupWindow, nil, 22),
  ] as [(ManagedField, String?, Int)])
func eachSettingIsFoundAtItsLine(field: ManagedField, member: String?, line: Int) {
  let sources = read(wholeCloudExample).desired.sources
  #expect(sources.location(of: field.address(in: "orders", member: member))?.line == line)
}

@Test func theSettingsOfMembersAreFoundAtTheirLines() {
  let sources = read(wholeCloudExample).desired.sources
  func line(_ field: ManagedField, _ member: String) -> Int? {
    sources.location(of: field.address(in: "ledger", member: member))?.line
  }
  #expect(line(.instanceClass, "ledger-1") == 59)
  #expect(line(.failoverTier, "ledger-1") == 60)
  #expect(line(.monitoringInterval, "ledger-1") == 64)
  #expect(line(.instanceClass, "ledger-2") == 67)
  #expect(sources.location(of: Address(["instance", "orders", "labels", "team"]))?.line == 20)
}

/// Secrets are looked for in the account of the instance's own platform, and elsewhere by whoever runs Holdfast.
@Test func aSecretIsAskedOfTheInstancesOwnAccount() throws {
  let text =
    surroundings.replacing("databases: { orders: {} }", with: "databases: { d: {} }\naccess: [a]") + """
      ---
      kind: Platform
      name: cloud
      type: aws
      region: eu-west-1
      account: 123456789012
      ---
      kind: Instance
      name: i
      platform: cloud
      engine: postgres
      connect: { user: u, password: { aws_secret: "${instance}-${platform}" } }
      databases: { d: {} }
      access: [a]
      aws: { class: db.t4g.medium }
      ---
      kind: Access
      name: a
      databases: [d]
      roles: { r: { login: true, password: { aws_secret: roles, key: r } } }
      """
  let (desired, diagnostics) = read(text)
  #expect(diagnostics.isEmpty, "\(diagnostics)")
  let (cloud, host) = (try #require(desired.instances.first), try #require(desired.instances.last))
  #expect(cloud.connect.password == .awsSecret(id: "i-cloud", key: nil, platform: "cloud"))
  #expect(cloud.access.roles["r"]?.password?.reference == .awsSecret(id: "roles", key: "r", platform: "cloud"))
  #expect(host.access.roles["r"]?.password?.reference == .awsSecret(id: "roles", key: "r", platform: nil))
}

@Test(
  arguments: [
    ("point_in_time: false", "0"), ("retain: 1d", "1"), ("retain: 5w", "35"), ("full: { every: 1d }", nil),
  ] as [(String, String?)])
func retentionIsInDays(policy: String, days: String?) throws {
  let text = """
    kind: Platform
    name: p
    type: aws
    region: us-gov-west-1
    account: 123456789012
    ---
    kind: Instance
    name: i
    platform: p
    engine: postgres
    backup: b
    aws: { class: db.t4g.medium }
    ---
    kind: BackupPolicy
    name: b
    \(policy)
    """
  let (desired, diagnostics) = read(text)
  #expect(diagnostics.isEmpty, "\(diagnostics)")
  #expect(desired.instances.first?.managed?.values[.backupRetention] == days)
}

@Test func aTemplateGivesWhatItsInstancesDontSay() throws {
  let text = """
    kind: Platform
    name: p
    type: aws
    region: eu-west-1
    account: 123456789012
    ---
    kind: Instance
    name: baseline
    template: true
    platform: p
    engine: postgres
    aws: { storage: { size: 20, type: gp3 }, multi_az: true, apply: now }
    ---
    kind: Instance
    name: i
    extends: baseline
    aws: { class: db.t4g.medium, storage: { size: 100 }, multi_az: default }
    """
  let (desired, diagnostics) = read(text)
  #expect(diagnostics.isEmpty, "\(diagnostics)")
  let managed = try #require(desired.instances.first?.managed)
  #expect(managed.values == [.instanceClass: "db.t4g.medium", .storageSize: "100", .storageType: "gp3"])
  #expect(managed.moment == .now)
  let size = ManagedField.storageType.address(in: "i")
  #expect(desired.sources.location(of: size)?.line == 12)
}
