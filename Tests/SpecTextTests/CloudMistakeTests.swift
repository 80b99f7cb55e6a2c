import Diagnostics
import SpecText
import Testing

/// A platform whose keys begin at line 4.
private func platform(_ keys: String) -> String {
  "kind: Platform\nname: cloud\ntype: aws\n\(keys)\n---\n" + instanceText("aws: { class: db.t4g.medium }")
}

private func instanceText(_ rest: String, name: String = "i") -> String {
  "kind: Instance\nname: \(name)\nplatform: cloud\nengine: postgres\n\(rest)\n"
}

private let cloud = """

  ---
  kind: Platform
  name: cloud
  type: aws
  region: eu-west-1
  account: 123456789012
  ---
  kind: Parameters
  name: p
  values: { work_mem: 64MB }
  ---
  kind: Parameters
  name: q
  values: { work_mem: 32MB }

  """

/// One instance whose keys after the first four lines begin at line 5.
private func instance(_ rest: String, name: String = "i") -> String {
  instanceText(rest, name: name) + cloud
}

/// A plain instance whose `aws:` stands in line 5, with these keys after the class in line 7 and below.
private func settings(_ rest: String) -> String { instance("aws:\n  class: db.t4g.medium\n  \(rest)") }

/// A cluster with one member, whose keys after line 6 begin at line 7.
private func cluster(_ rest: String) -> String { instance("members:\n  m-1: { class: db.r6g.large }\n\(rest)") }

/// A policy whose keys begin at line 3, used by an instance.
private func policy(_ keys: String, _ rest: String = "aws: { class: db.t4g.medium }") -> String {
  "kind: BackupPolicy\nname: b\n\(keys)\n---\n" + instance("backup: b\n\(rest)")
}

@Test(arguments: [
  ("region: eu-west-1", ["missingKey 1:1"]),
  ("account: 123456789012", ["missingKey 1:1"]),
  ("region: eu-west-1\naccount: 12345678901", ["invalidValue 5:10"]),
  ("region: eu-west-1\naccount: 1234-5678-9012", ["invalidValue 5:10"]),
  ("region: eu-west-1\naccount: 000000000012", []),
  ("region: Ireland\naccount: 123456789012", ["invalidValue 4:9"]),
  ("region: eu-west\naccount: 123456789012", ["invalidValue 4:9"]),
  ("region: eu-wst-1\naccount: 123456789012", ["invalidValue 4:9"]),
  ("region: eu-west-9\naccount: 123456789012", []),
  ("region: us-gov-west-1\naccount: 123456789012", []),
  ("region: eu-west-1\naccount: 123456789012\nendpoints: { rds: rds.example.net }", ["invalidValue 6:19"]),
  ("region: eu-west-1\naccount: 123456789012\nendpoints: { rds: \"http://rds.example.net\" }", ["invalidValue 6:19"]),
  (
    "region: eu-west-1\naccount: 123456789012\nendpoints: { rds: \"http://127.0.0.1.evil.net\" }", ["invalidValue 6:19"]
  ),
  ("region: eu-west-1\naccount: 123456789012\nendpoints: { rds: \"https://u@h\" }", ["invalidValue 6:19"]),
  ("region: eu-west-1\naccount: 123456789012\nendpoints: { rds: \"http://localhost:5000\" }", []),
  ("region: eu-west-1\naccount: 123456789012\nendpoints: { ec2: \"https://h\" }", ["unknownKey 6:14"]),
  ("region: eu-west-1\naccount: 123456789012\nassume_role: {}", ["missingKey 6:14"]),
  ("region: eu-west-1\naccount: 123456789012\nassume_role: { arn: holdfast }", ["invalidValue 6:21"]),
  (
    "region: eu-west-1\naccount: 123456789012\nassume_role: { arn: \"arn:aws:iam::210987654321:role/r\" }",
    ["conflict 6:21"]
  ),
  ("region: eu-west-1\naccount: 123456789012\nhostname: h", ["conflict 6:1"]),
])
func refusesInAPlatformOfAWS(keys: String, expected: [String]) { #expect(faults(platform(keys)) == expected) }

@Test(arguments: [
  // Names.
  (instance("identifier: Orders\naws: { class: db.t4g.medium }"), ["invalidValue 5:13"]),
  (instance("identifier: 1orders\naws: { class: db.t4g.medium }"), ["invalidValue 5:13"]),
  (instance("identifier: or--ders\naws: { class: db.t4g.medium }"), ["invalidValue 5:13"]),
  (instance("identifier: orders-\naws: { class: db.t4g.medium }"), ["invalidValue 5:13"]),
  (instance("identifier: or_ders\naws: { class: db.t4g.medium }"), ["invalidValue 5:13"]),
  (
    instance("identifier: \(String(repeating: "a", count: 64))\naws: { class: db.t4g.medium }"), ["nameTooLong 5:13"]
  ),
  (instance("identifier: \(String(repeating: "a", count: 63))\naws: { class: db.t4g.medium }"), []),
  (instance("aws: { class: db.t4g.medium }", name: "or_ders"), ["invalidValue 2:7"]),
  (instance("identifier: orders\naws: { class: db.t4g.medium }", name: "or_ders"), []),
  (instance("renamed_from: i\naws: { class: db.t4g.medium }"), ["conflict 5:15"]),
  // Classes.
  (instance("protect: true"), ["missingKey 2:7"]),
  (instance("aws: { multi_az: true }"), ["missingKey 5:6"]),
  (instance("state: absent"), []),
  (instance("restore_from: { snapshot: s }"), []),
  (instance("aws: { replica_of: orders }"), []),
  (instance("aws: { class: t4g.medium }"), ["invalidValue 5:15"]),
  (instance("aws: { class: db }"), ["invalidValue 5:15"]),
  (instance("aws: { class: db.serverless }"), ["conflict 5:15"]),
  (settings("clas: x"), ["unknownKey 7:3"]),
  // Storage.
  (settings("storage: { size: 100, max: 50 }"), ["conflict 7:25"]),
  (settings("storage: { size: 100, max: 100 }"), []),
  (settings("storage: { size: 4 }"), ["invalidValue 7:20"]),
  (settings("storage: { size: 100GiB }"), ["wrongType 7:20"]),
  (settings("storage: { iops: 3000 }"), ["conflict 7:14"]),
  (settings("storage: { type: gp2, iops: 3000 }"), ["conflict 7:25"]),
  (settings("storage: { type: io1, iops: 3000, throughput: 500 }"), ["conflict 7:37"]),
  (settings("storage: { type: gp3, iops: 3000, throughput: 500 }"), []),
  (settings("storage: { type: aurora }"), ["conflict 7:20"]),
  (settings("storage: { encrypted: false, kms_key: k }"), ["conflict 7:32"]),
  // Windows.
  (settings("maintenance_window: sun:03:00-sun:03:29"), ["invalidValue 7:23"]),
  (settings("maintenance_window: sun:03:00-sun:03:30"), []),
  (settings("maintenance_window: sun:23:50-mon:00:30"), []),
  (settings("maintenance_window: Sun 03:00-04:00"), ["invalidValue 7:23"]),
  (settings("maintenance_window: sun:03:00-sun:24:00"), ["invalidValue 7:23"]),
  (settings("maintenance_window: son:03:00-son:04:00"), ["invalidValue 7:23"]),
  // The master user.
  (settings("master: { user: u, managed_password: true, password: { env: X } }"), ["conflict 7:46"]),
  (settings("master: { user: u, managed_password: false, password: { env: X } }"), []),
  (settings("master: { user: u, kms_key: k }"), ["conflict 7:22"]),
  (settings("master: { user: u, password: { aws_secret: s, file: /f } }"), ["conflict 7:49"]),
  (settings("master: { user: u, password: { env: X, key: k } }"), ["conflict 7:42"]),
  (settings("master: { user: u, password: { key: k } }"), ["missingKey 7:32"]),
  // Other settings.
  (settings("security_groups: [open]"), ["invalidValue 7:21"]),
  (settings("security_groups: []"), ["invalidValue 7:20"]),
  (settings("log_exports: []"), []),
  (settings("log_exports: [postgres]"), ["invalidValue 7:17"]),
  (settings("network_type: IPV6"), ["invalidValue 7:17"]),
  (settings("performance_insights: { enabled: true, retention_days: 30 }"), ["invalidValue 7:58"]),
  (settings("performance_insights: { retention_days: 7 }"), ["missingKey 7:25"]),
  (settings("performance_insights: { enabled: false, retention_days: 7 }"), ["conflict 7:43"]),
  (settings("monitoring: { interval: 60 }"), ["missingKey 7:17"]),
  (settings("monitoring: { interval: 7 }"), ["missingKey 7:17", "invalidValue 7:27"]),
  (settings("monitoring: { interval: 0 }"), []),
  (settings("replica_of: i"), ["conflict 7:15"]),
  (settings("parameter_group: default.postgres16\nparameters: [p]"), ["conflict 7:3"]),
  (settings("parameter_group: default.postgres16"), []),
  // When changes are made.
  (settings("apply: later"), ["invalidValue 7:10"]),
  (settings("apply_now: [clas]"), ["invalidValue 7:15"]),
  (settings("apply_now: [security_groups]"), ["invalidValue 7:15"]),
  (settings("apply_now: [class, storage.size, backup.retain]"), []),
  (settings("apply: now\n  apply_now: [class]"), ["conflict 8:3"]),
  (settings("apply_in_window: [class]"), ["conflict 7:3"]),
  (settings("apply: now\n  apply_in_window: [class]"), []),
  // Clusters.
  (settings("serverless: { min: 1, max: 2 }"), ["conflict 7:3"]),
  (instance("members: {}"), ["missingKey 5:10"]),
  (instance("members: { m-1: }"), ["missingKey 5:12"]),
  (instance("members: { m-1: }\nstate: absent"), []),
  (instance("members: { M1: { class: db.r6g.large } }"), ["invalidValue 5:12"]),
  (instance("members: { m-1: { class: db.serverless } }"), ["missingKey 5:26"]),
  (cluster("aws: { serverless: { min: 0.5, max: 8 } }"), []),
  (cluster("aws: { serverless: { min: 0.3, max: 8 } }"), ["invalidValue 7:27"]),
  (cluster("aws: { serverless: { min: 4, max: 2 } }"), ["conflict 7:30"]),
  (cluster("aws: { serverless: { min: 4 } }"), ["missingKey 7:20"]),
  (cluster("aws: { class: db.r6g.large }"), ["conflict 7:8"]),
  (cluster("aws: { multi_az: true }"), ["conflict 7:8"]),
  (cluster("aws: { storage: { size: 20, iops: 3000 } }"), ["conflict 7:19", "conflict 7:29"]),
  (cluster("aws: { storage: { type: gp3 } }"), ["conflict 7:25"]),
  (cluster("aws: { performance_insights: { enabled: true } }"), ["conflict 7:32"]),
  (cluster("aws: { replica_of: x }"), ["conflict 7:8"]),
  (cluster("protect: false"), []),
  (instance("members: { m-1: { class: db.r6g.large, failover_tier: 16 } }"), ["invalidValue 5:55"]),
  (instance("members: { m-1: { class: db.r6g.large, storage: {} } }"), ["unknownKey 5:40"]),
  // Where the data come from.
  (instance("restore_from: { snapshot: s, instance: x }"), ["conflict 5:30"]),
  (instance("restore_from: { snapshot: s, at: latest }"), ["conflict 5:30"]),
  (instance("restore_from: { instance: x }"), ["missingKey 5:17"]),
  (instance("restore_from: { instance: x, at: 2026-11-20 }"), ["invalidValue 5:34"]),
  (instance("restore_from: { instance: x, at: latest }"), []),
  (instance("restore_from: {}"), ["missingKey 5:15"]),
  (instance("restore_from: { snapshot: s }\naws: { replica_of: x }"), ["conflict 6:8"]),
  // What is done inside.
  (settings("public: true\ndatabases: { d: {} }"), ["missingKey 8:1"]),
  (settings("public: true\ndatabases: { d: {} }\nconnect: { user: u }"), []),
  (settings("public: true\nconnect: { user: u, iam: true, password: { env: X } }"), ["conflict 8:32"]),
  (settings("public: true\nconnect: { user: u, iam: true, tls: disable }"), ["conflict 8:32"]),
  (settings("iam_authentication: false\nconnect: { user: u, iam: true }"), ["conflict 8:21"]),
  (settings("public: true\nconnect: { user: u, host: bastion, port: 6432 }"), []),
  (settings("public: true\nlocal: { port: 1, data_directory: /d }"), ["conflict 8:1"]),
  (settings("public: true\nserver: { system_identifier: 1 }"), ["conflict 8:1"]),
  (settings("public: true\nengine: mysql"), ["duplicateKey 8:1"]),
  // Tags.
  (settings("public: true\nlabels: { \"aws:x\": y }"), ["reserved 8:11"]),
  (settings("public: true\nlabels: { \(String(repeating: "k", count: 129)): y }"), ["invalidValue 8:11"]),
  (settings("public: true\nlabels: { \(String(repeating: "k", count: 128)): y }"), []),
  (settings("public: true\nlabels: { k: \(String(repeating: "v", count: 257)) }"), ["invalidValue 8:14"]),
  (settings("public: true\nlabels: { k: a;b }"), ["invalidValue 8:14"]),
])
func refusesInAnInstanceOfAWS(text: String, expected: [String]) { #expect(faults(text) == expected) }

@Test(arguments: [
  (policy("retain: 36h"), ["invalidValue 3:9"]),
  (policy("retain: 36d"), ["invalidValue 3:9"]),
  (policy("retain: 35d"), []),
  (policy("differential: { every: 1d }"), ["conflict 3:1"]),
  (policy("incremental: { every: 1d }"), ["conflict 3:1"]),
  (policy("local: { repository: /b }"), []),
  (policy("aws: { window: \"02:00-02:29\" }"), ["invalidValue 3:16"]),
  (policy("aws: { window: \"2:00-2:30\" }"), ["invalidValue 3:16"]),
  (policy("aws: { window: \"23:45-00:15\" }"), []),
  (policy("aws: { copy_to: [eu-west-1] }"), ["conflict 3:18"]),
  (policy("aws: { copy_to: [eu-central-1] }"), []),
  (policy("aws: { copy_to: [eu-central-1] }", "members: { m: { class: db.r6g.large } }"), ["conflict 3:8"]),
  (policy("aws: { copy_to: [eu-central-1, { region: eu-central-1 }] }"), ["conflict 3:32"]),
  (policy("aws: { copy_to: [{ region: eu-west-1 }] }"), ["conflict 3:28"]),
  (policy("aws: { copy_to: [{ kms_key: k }] }"), ["missingKey 3:18"]),
  (policy("aws: { copy_to: [{ region: eu-central-1, kms_key: alias/copies }] }"), []),
  (
    policy("aws: { copy_to: [{ region: eu-central-1, kms_key: \"arn:aws:kms:eu-west-1:123456789012:key/k\" }] }"),
    ["conflict 3:51"]
  ),
  (policy("aws: { copy_to: [{ region: eu-central-1, keep_snapshots: 9d }] }"), ["conflict 3:42"]),
  (policy(vault("account: 210987654321, \(role)")), []),
  (policy(vault("account: 210987654321, \(role)"), "members: { m: { class: db.r6g.large } }"), []),
  (policy(vault("account: 210987654321, region: us-east-1, kms_key: alias/a, keep_snapshots: 9d, \(role)")), []),
  (policy(vault("account: 210987654321")), ["missingKey 4:18"]),
  (policy(vault("account: 123456789012, \(role)")), ["conflict 4:29", "conflict 4:63"]),
  (policy("aws: { copy_to: [{ account: 210987654321, \(role) }] }"), ["missingKey 3:29"]),
  (policy("point_in_time: false", "members: { m: { class: db.r6g.large } }"), ["conflict 3:1"]),
  (
    policy(
      "aws: { window: \"02:00-03:01\" }", "aws: { class: db.t4g.medium, maintenance_window: sun:03:00-sun:04:00 }"),
    ["conflict 10:50"]
  ),
  (
    policy(
      "aws: { window: \"02:00-03:00\" }", "aws: { class: db.t4g.medium, maintenance_window: sun:03:00-sun:04:00 }"), []
  ),
  (
    policy(
      "aws: { window: \"23:45-00:30\" }", "aws: { class: db.t4g.medium, maintenance_window: mon:00:15-mon:01:00 }"),
    ["conflict 10:50"]
  ),
])
func refusesInAPolicyOfAWS(text: String, expected: [String]) { #expect(faults(text) == expected) }

@Test func namesTheInstanceThatUsesAPolicyItCantHave() throws {
  let diagnostic = try #require(read(policy("incremental: { every: 1d }")).diagnostics.first)
  #expect(diagnostic.message == "RDS has no incremental backups")
  #expect(diagnostic.related.map(\.location.line) == [9])
}

@Test(arguments: [
  ("m-1", "m-1", ["conflict 11:12"]), ("m-1", "m-2", []),
])
func noTwoMembersHaveOneName(first: String, second: String, expected: [String]) {
  let text =
    instanceText("members: { \(first): { class: db.r6g.large } }", name: "a") + "---\n"
    + instanceText("members: { \(second): { class: db.r6g.large } }", name: "b") + cloud
  #expect(faults(text) == expected)
}

/// A member is an instance like any other; a cluster has names of its own.
@Test(arguments: [("m-1", ["conflict 11:13"]), ("a", []), ("old", [])])
func aMemberIsAnInstance(identifier: String, expected: [String]) {
  let text =
    instanceText("members: { m-1: { class: db.r6g.large } }", name: "a") + "---\n"
    + instanceText("identifier: \(identifier)\naws: { class: db.t4g.medium }", name: "b") + cloud
  #expect(faults(text) == expected)
}

@Test func noTwoInstancesHaveOneIdentifierNowOrBefore() {
  let text =
    instanceText("aws: { class: db.t4g.medium }", name: "a") + "---\n"
    + instanceText("renamed_from: a\naws: { class: db.t4g.medium }", name: "b") + cloud
  #expect(faults(text) == ["conflict 11:15"])
}

@Test(arguments: [
  ("parameters: [p]", "parameters: [p]", []),
  ("parameters: [p]", "parameters: [q]", ["conflict 13:13"]),
  ("parameters: [p, q]", "parameters: [q, p]", ["conflict 13:13"]),
  ("parameters: []", "protect: true", ["conflict 12:47"]),
  ("protect: true", "protect: true", []),
])
func sharedGroupsHoldTheSameParameters(first: String, second: String, expected: [String]) {
  let aws = "aws: { class: db.t4g.medium, parameter_group: shared }"
  let text =
    instanceText("\(aws)\n\(first)", name: "a") + "---\n" + instanceText("\(aws)\n\(second)", name: "b") + cloud
  #expect(faults(text) == expected)
}

@Test func aSharedGroupNamesBothLines() throws {
  let aws = "aws: { class: db.t4g.medium, parameter_group: shared }"
  let text =
    instanceText("\(aws)\nparameters: [p]", name: "a") + "---\n"
    + instanceText("\(aws)\nparameters: [q]", name: "b") + cloud
  let diagnostic = try #require(read(text).diagnostics.first)
  #expect(diagnostic.related.map(\.location.line) == [6])
}

@Test func aPortIsNoParameterOnAWS() throws {
  let text =
    "kind: Parameters\nname: x\nvalues: { port: 5433 }\n---\n" + instance("parameters: [x]\naws: { class: db.m }")
  let diagnostic = try #require(read(text).diagnostics.first)
  #expect(diagnostic.code == .reserved)
  #expect(diagnostic.hint == "write `aws.port` in the instance")
}

private let role = "assume_role: { arn: \"arn:aws:iam::210987654321:role/vault\" }"

/// A policy that takes snapshots, and copies them so.
private func vault(_ place: String) -> String { "full: { every: 1d }\naws: { copy_to: [{ \(place) }] }" }
