import Diagnostics
import Model
import NativeClients
import Testing
import YAML

@testable import SpecText

@Suite("Specs written of what is there") struct ImportedFilesTests {
  @Test func aPlainInstanceReadsAsAPersonWouldWriteIt() {
    var state = managed("orders-prod")
    state.tags = ["team": "orders", "aws:cloudformation:stack-name": "x", "holdfast:run": "y", "tier": "1"]
    state.group = ParameterGroup(name: "oltp", family: "postgres16")
    state.settings.pending = [.instanceClass: "db.r6g.large"]
    state.nextWindow = Timestamp(seconds: 1_795_000_000)
    var observed = Observed(presence: .running, version: ServerVersion(major: 16, minor: 4))
    observed.managed = state
    observed.layer = ["work_mem": "16384", "shared_preload_libraries": "pg_stat_statements,auto_explain"]
    observed.parameters["work_mem"] = ParameterState(
      definition: ParameterDefinition(kind: .integer, context: .user, unit: "kB"), running: "16384")
    let files = written([observed])
    #expect(
      files.map(\.path) == ["backup-policies/retain-7d.yaml", "instances/orders-prod.yaml", "parameters/oltp.yaml"])
    #expect(
      body(files, "instances/orders-prod.yaml") == """
        kind: Instance
        name: orders-prod
        platform: aws-prod
        engine: postgres
        version: ">=16.4 <17"
        protect: true
        labels: { team: orders, tier: 1 }
        parameters: [oltp]
        backup: retain-7d
        aws:
          class: db.r6g.large  # asked for; db.t4g.medium is in force, until the window of 2026-11-18 11:06:40 UTC at the earliest
          storage: { size: 100, max: 500, type: gp3, encrypted: true, kms_key: arn:aws:kms:eu-west-1:1:key/2 }
          multi_az: true
          subnet_group: private
          security_groups: [sg-1, sg-2]
          maintenance_window: sun:03:00-sun:04:00
          log_exports: [postgresql, upgrade]
          public: false
          auto_minor_upgrade: true
          monitoring: { interval: 60, role: arn:aws:iam::123456789012:role/m }
          parameter_group: oltp

        """)
    #expect(
      body(files, "parameters/oltp.yaml") == """
        kind: Parameters
        name: oltp
        engine: postgres
        values:
          shared_preload_libraries: [pg_stat_statements, auto_explain]
          work_mem: 16MB

        """)
    #expect(
      body(files, "backup-policies/retain-7d.yaml") == """
        kind: BackupPolicy
        name: retain-7d
        retain: 7d
        aws: { window: 02:00-02:30 }

        """)
  }

  @Test func aClusterIsOneInstanceWithMembers() {
    var state = managed("shop")
    state.engine = "aurora-postgresql"
    state.settings.values = [.storageType: "aurora-iopt1", .serverlessMinimum: "0.5", .serverlessMaximum: "8"]
    let member = ManagedMember(
      status: "available", activity: .settled,
      settings: ManagedSettings(values: [.instanceClass: "db.serverless", .failoverTier: "1", .publicAccess: "false"]))
    state.members = ["shop-1": member, "shop-2": member]
    var observed = Observed(presence: .running, version: ServerVersion(major: 15, minor: 10))
    observed.managed = state
    #expect(
      body(written([observed]), "instances/shop.yaml") == """
        kind: Instance
        name: shop
        platform: aws-prod
        engine: postgres
        version: ">=15.10 <16"
        members:
          shop-1: { class: db.serverless, failover_tier: 1, public: false }
          shop-2: { class: db.serverless, failover_tier: 1, public: false }
        aws:
          storage: { type: aurora-iopt1 }
          serverless: { min: 0.5, max: 8 }

        """)
  }

  @Test func groupsAndPoliciesAreSharedAndNamesNeverCollide() {
    var (first, second) = (observed("a"), observed("b"))
    for (number, window) in [(1, "02:00-02:30"), (2, "05:00-05:30")] {
      var more = observed("c\(number)")
      more.managed?.settings.values[.backupWindow] = window
      if number == 1 { first = more } else { second = more }
    }
    for index in 0..<2 {
      var one = index == 0 ? first : second
      one.managed?.group = ParameterGroup(name: "shared.pg16", family: "postgres16")
      one.layer = ["log_connections": "1"]
      if index == 0 { first = one } else { second = one }
    }
    let files = written([first, second, observed("c1")])
    #expect(
      files.map(\.path) == [
        "backup-policies/retain-7d-at-0200.yaml", "backup-policies/retain-7d-at-0500.yaml", "instances/c1-2.yaml",
        "instances/c1.yaml", "instances/c2.yaml", "parameters/shared.pg16.yaml",
      ])
    #expect(body(files, "instances/c1-2.yaml")?.contains("identifier: c1\n") == true)
  }

  @Test func whatTheRepositoryHoldsIsUsedAndNotWrittenAgain() {
    let documents = readDocuments(
      in: Array(
        """
        kind: BackupPolicy
        name: weekly
        retain: 7d
        aws: { window: "02:00-02:30" }
        ---
        kind: Instance
        name: orders
        """.utf8), file: "a.yaml"
    ).documents
    var declared = DesiredInstance(name: "x", platform: platform)
    declared.managed = DesiredManaged(identifier: "x-prod", engine: "postgres")
    declared.managed?.values[.parameterGroup] = "oltp"
    var desired = Desired(instances: [declared])
    desired.sources.links["instance/x/parameter"] = ["parameters/base", "parameters/oltp"]
    let context = ImportContext(platform: platform, now: noon, besides: documents, desired)
    #expect(context.declared == [CloudName("x-prod", isCluster: false)])
    var found = observed("orders")
    found.managed?.group = ParameterGroup(name: "oltp", family: "postgres16")
    found.layer = ["work_mem": "16384"]
    let files = importedFiles([found].compactMap { ImportedInstance($0) }, in: context)
    #expect(files.map(\.path) == ["instances/orders-2.yaml"])
    let text = body(files, "instances/orders-2.yaml") ?? ""
    #expect(text.contains("parameters: [base, oltp]\nbackup: weekly\n"))
  }

  @Test func whatCantBeSaidIsLeftOutWithTheReason() {
    var found = observed("orders")
    found.managed?.tags = ["bell\u{7}": "x", "ok": "a\u{1B}b", "secret": "${instance}", "fine": "- é: no"]
    found.managed?.group = ParameterGroup(name: "oltp", family: "postgres16")
    found.layer = ["primary_conninfo": "password=x", "log_line_prefix": "\u{1}", "work_mem": "4096"]
    found.managed?.backupOwner = "AWS Backup"
    let files = written([found])
    let text = files.first { $0.path == "instances/orders.yaml" }?.text ?? ""
    #expect(text.contains("labels: { fine: \"- é: no\" }\n"))
    #expect(text.contains("parameters_mode: additive"))
    #expect(!text.contains("backup:"))
    #expect(text.contains("`bell\\u{7}`") && text.contains("AWS"))
    #expect(!files.contains { $0.text.contains("password=x") })
    #expect(body(files, "parameters/oltp.yaml")?.hasSuffix("values:\n  work_mem: 4096\n") == true)
  }

  @Test func defaultsOfTheCloudAndGroupsOfHoldfastAreNotNamed() {
    var (own, standard) = (observed("own"), observed("standard"))
    own.managed?.group = ParameterGroup(name: "holdfast-own-postgres16", family: "postgres16")
    own.layer = ["work_mem": "4096"]
    standard.managed?.group = ParameterGroup(name: "default.postgres16", family: "postgres16")
    standard.managed?.settings.values[.optionGroup] = "default:postgres-16"
    let files = written([own, standard])
    #expect(body(files, "instances/own.yaml")?.contains("parameters: [own]\n") == true)
    #expect(!files.contains { $0.text.contains("parameter_group:") || $0.text.contains("option_group") })
    #expect(body(files, "instances/standard.yaml")?.contains("parameters") == false)
  }

  private let noon = Timestamp(seconds: 1_794_000_000)
  private let platform = DesiredPlatform(
    name: "aws-prod", kind: .aws(AWSAccount(region: "eu-west-1", account: "012345678901")))

  private func written(_ observed: [Observed]) -> [ImportedFile] {
    importedFiles(observed.compactMap { ImportedInstance($0) }, in: ImportContext(platform: platform, now: noon))
  }

  /// Without the comments above it.
  private func body(_ files: [ImportedFile], _ path: String) -> String? {
    guard let text = files.first(where: { $0.path == path })?.text else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { $0.hasPrefix("#") }.joined(separator: "\n")
  }

  private func observed(_ identifier: String) -> Observed {
    var observed = Observed(presence: .running, version: ServerVersion(major: 16, minor: 4))
    observed.managed = managed(identifier)
    return observed
  }

  private func managed(_ identifier: String) -> ManagedState {
    ManagedState(
      identifier: identifier, engine: "postgres", status: "available", activity: .settled,
      settings: ManagedSettings(values: [
        .deletionProtection: "true", .instanceClass: "db.t4g.medium", .storageSize: "100", .storageMaximum: "500",
        .storageType: "gp3", .storageIOPS: "3000", .storageThroughput: "125", .storageEncrypted: "true",
        .storageKey: "arn:aws:kms:eu-west-1:1:key/2", .multiAZ: "true", .availabilityZone: "eu-west-1a",
        .subnetGroup: "private", .securityGroups: "sg-1,sg-2", .publicAccess: "false", .port: "5432",
        .networkType: "IPV4", .masterUser: "postgres", .masterPasswordManaged: "false", .iamAuthentication: "false",
        .autoMinorUpgrade: "true", .maintenanceWindow: "sun:03:00-sun:04:00", .copyTagsToSnapshots: "false",
        .logExports: "postgresql,upgrade", .performanceInsights: "false", .monitoringInterval: "60",
        .monitoringRole: "arn:aws:iam::123456789012:role/m", .backupRetention: "7", .backupWindow: "02:00-02:30",
      ]))
  }
}
