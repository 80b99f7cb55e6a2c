import Diagnostics
import Model
import SpecText
import Testing

/// One instance after the keys that every one has.
private func instance(_ rest: String, platform: String = "db1") -> String {
  """
  kind: Instance
  name: i
  platform: \(platform)
  engine: postgres
  version: 15
  \(platform == "db1" ? "local: { port: 1, data_directory: /i }" : "connect: { host: h }")
  \(rest)
  """
}

@Test(arguments: [
  // Keys.
  ("kind: BackupPolicy\nname: b\nretian: 7d\n", ["unknownKey 3:1"]),
  ("kind: BackupPolicy\nname: b\nretain: 7d\nretain: 8d\n", ["duplicateKey 4:1"]),
  ("kind: BackupPolicy\nname: b\nextend: tier-1\n", ["unknownKey 3:1"]),
  ("name: x\n", ["missingKey 1:1"]),
  ("kind: Acess\nname: x\n", ["unknownKind 1:7"]),
  ("kind: Access\n", ["missingKey 1:1"]),
  ("language: 1\n", ["missingKey 1:1"]),
  ("- a\n", ["wrongType 1:1"]),
  ("kind: Platform\nname: p\n", ["missingKey 1:1"]),
  ("kind: Platform\nname: p\ntype: local\n", ["missingKey 1:1"]),
  ("kind: Platform\nname: p\ntype: server\nhostname: h\n", ["conflict 4:1"]),
  (instance("local: {}"), ["duplicateKey 7:1"]),
  // Names of documents.
  ("kind: Access\nname: ''\n", ["invalidValue 2:7"]),
  ("kind: Access\nname: a/b\n", ["invalidValue 2:7"]),
  ("kind: Access\nname: ../b\n", ["invalidValue 2:7"]),
  ("kind: Access\nname: \"a\\eb\"\n", ["invalidValue 2:7"]),
  ("kind: Access\nname:\n", ["wrongType 2:6"]),
  ("kind: Access\nname: null\n", ["wrongType 2:7"]),
  ("kind: Access\nname: [a]\n", ["wrongType 2:7"]),
  ("kind: Access\nname: no\n---\nkind: Access\nname: on\n", []),
  ("kind: Access\nname: x\n---\nkind: Access\nname: x\n", ["duplicateName 5:7"]),
  // Scalars.
  (instance("protect: no"), ["wrongType 7:10"]),
  (instance("protect: on"), ["wrongType 7:10"]),
  (instance("protect: True"), ["wrongType 7:10"]),
  (instance("protect: 1"), ["wrongType 7:10"]),
  (instance("state: runing"), ["invalidValue 7:8"]),
  (instance("connect: { user: 010, database: 22:30 }"), []),
  (instance("server: { system_identifier: 1 }"), ["conflict 7:1"]),
  (instance("labels: { version: 15.10, at: 22:30, ok: no }"), []),
  (instance("labels: { team: \"${instance}\" }"), ["invalidValue 7:17"]),
  (instance("labels: team"), ["wrongType 7:9"]),
  (instance("access: a"), ["wrongType 7:9"]),
  (instance("parameters: [oltp, oltp]"), ["conflict 7:20"]),
  ("kind: BackupPolicy\nname: b\nretain: 7 days\n", ["invalidValue 3:9"]),
  ("kind: BackupPolicy\nname: b\nretain: 35\n", ["invalidValue 3:9"]),
  ("kind: BackupPolicy\nname: b\nlocal: { repository: backup }\n", ["invalidValue 3:22"]),
  ("kind: BackupPolicy\nname: b\nlocal: { repository: /a/../b }\n", ["invalidValue 3:22"]),
  ("kind: BackupPolicy\nname: b\nlocal: {}\n", ["missingKey 3:8"]),
  // Not in this version.
  ("kind: Platform\nname: p\ntype: gcp\nproject: x\n", ["notSupportedYet 3:7"]),
  (instance("gcp: { tier: x }"), ["notSupportedYet 7:1"]),
  (instance("maintenance: { window: Sun 03:00-04:00, timezone: Europe/Paris }"), ["notSupportedYet 7:1"]),
  (instance("connect: { password: { vault: x } }"), ["notSupportedYet 7:24"]),
  ("kind: Parameters\nname: x\nengine: mysql\nvalues: {}\n", ["notSupportedYet 3:9"]),
  ("kind: Parameters\nname: x\nvalues: { ssl_passphrase: { env: X } }\n", ["notSupportedYet 3:29"]),
  (access("grants: [{ to: r, privileges: [connect], granted_by: r }]"), ["notSupportedYet 13:42"]),
  // Names that dangle.
  (instance("backup: tier-2"), ["danglingName 7:9"]),
  (instance("parameters: [olpt]"), ["danglingName 7:14"]),
  (instance("access: [a, b]"), ["danglingName 7:10", "danglingName 7:13"]),
  (instance("extends: x"), ["danglingName 7:10"]),
  ("kind: Instance\nname: i\nplatform: db2\nengine: postgres\nbackup: x\n", ["danglingName 3:11"]),
  // What a platform can't honour.
  (instance("aws: { class: db.t4g.medium }"), ["conflict 7:1"]),
  (instance("restore_from: { snapshot: x }", platform: "far"), ["conflict 7:1"]),
  (instance("renamed_from: x"), ["conflict 7:1"]),
  (instance("identifier: x"), ["conflict 7:1"]),
  (instance("members: { m: { class: db.serverless } }"), ["conflict 7:1"]),
  (instance("backup: tier-1", platform: "far"), ["conflict 7:1"]),
  (instance("local: { port: 2, data_directory: /j }", platform: "far"), ["conflict 7:1"]),
  (instance("state: stopped", platform: "far"), ["conflict 7:8"]),
  (instance("connect: { host: h }"), ["conflict 7:12"]),
  ("kind: Instance\nname: i\nplatform: db1\nengine: postgres\n", ["missingKey 1:1", "missingKey 1:1"]),
  ("kind: Instance\nname: i\nplatform: far\nengine: postgres\n", ["missingKey 1:1"]),
  // One thing, two owners.
  (
    "kind: Instance\nname: i\nplatform: db1\nengine: postgres\nversion: 15\nlocal: { port: 5433, data_directory: /srv/pg/orders/ }\n",
    ["conflict 23:16", "conflict 23:38"]
  ),
])
func refuses(text: String, expected: [String]) {
  #expect(faults(withSurroundings(text)) == expected)
}

@Test(arguments: [
  // Roles.
  ("roles: { pg_x: {} }", ["reserved 13:10"]),
  ("roles: { public: {} }", ["reserved 13:10"]),
  ("roles: { none: {} }", ["reserved 13:10"]),
  ("roles: { '': {} }", ["invalidValue 13:10"]),
  ("roles: { \"a\\nb\": {} }", ["invalidValue 13:10"]),
  ("roles: { no: {}, on: {}, 010: {}, 15.10: }", []),
  (
    "roles: { \(String(repeating: "é", count: 31)): {}, \(String(repeating: "é", count: 32)): {} }",
    ["nameTooLong 13:47"]
  ),
  ("roles: { r: { logn: true } }", ["unknownKey 13:15"]),
  ("roles: { r: { login: yes } }", ["wrongType 13:22"]),
  ("roles: { r: { connection_limit: 010 } }", ["wrongType 13:33"]),
  ("roles: { r: { connection_limit: 0x10 } }", ["wrongType 13:33"]),
  ("roles: { r: { connection_limit: 99999999999 } }", ["invalidValue 13:33"]),
  ("roles: { r: { expires: 2027-02-30 } }", ["invalidValue 13:24"]),
  ("roles: { r: { expires: 2027-01-31, valid_until: 2027-01-31T22:30:00+01:00 } }", []),
  ("roles: { r: { password: hunter2 } }", ["wrongType 0:0"]),
  ("roles: { r: { password: {} } }", ["missingKey 13:25"]),
  ("roles: { r: { password: { env: A, file: /b } } }", ["conflict 13:35"]),
  ("roles: { r: { password: { env: \"${instance}_${platform}_${role}\" } } }", []),
  ("roles: { r: { password: { env: \"${host}\" } } }", ["invalidValue 13:32"]),
  ("roles: { r: { password: { env: \"${role\" } } }", ["invalidValue 13:32"]),
  ("roles: { r: { reassign_to: x } }", ["conflict 13:15"]),
  ("roles: { r: { state: absent, login: true } }", ["conflict 13:30"]),
  ("roles: { r: { state: absent, reassign_to: r } }", ["conflict 13:43", "conflict 13:43"]),
  ("roles: { r: { state: absent, reassign_to: s }, s: { state: absent } }", ["conflict 13:43"]),
  ("roles: { r: { member_of: [s] }, s: { state: absent } }", ["conflict 13:27"]),
  ("roles: { r: { renamed_from: s }, s: {} }", ["conflict 13:29"]),
  ("roles: { a: { member_of: [b] }, b: { member_of: [{ role: a, admin: true }] } }", ["cycle 13:26"]),
  ("roles: { a: { member_of: [a] } }", ["cycle 13:26"]),
  ("roles:\n  r: { login: no }\n  s: { logn: true }\n", ["wrongType 14:15", "unknownKey 15:8"]),
  // Grants.
  ("grants: [{ to: r, in: d.s, tables: [usage], schema: [usage] }]", ["invalidValue 13:37"]),
  ("grants: [{ to: r, in: d.s, table: { t: [selct] }, schema: [usage] }]", ["invalidValue 13:41"]),
  ("grants: [{ to: r, in: d.s, function: { f: [execute] }, schema: [usage] }]", ["invalidValue 13:40"]),
  ("grants: [{ to: r, in: d.s, function: { \"f(integer, text)\": execute }, schema: usage }]", []),
  ("grants: [{ to: r, in: d, schema: [usage] }]", ["invalidValue 13:23"]),
  ("grants: [{ to: r, in: { database: d, schema: s.t }, schema: [usage] }]", []),
  ("grants: [{ to: r, in: e.s, schema: [usage] }]", ["danglingName 13:23"]),
  ("grants: [{ to: r, database: e, privileges: [connect] }]", ["danglingName 13:29"]),
  ("grants: [{ to: r, in: d.s, privileges: [connect] }]", ["conflict 13:28"]),
  ("grants: [{ to: r, schema: [usage] }]", ["missingKey 13:19"]),
  ("grants: [{ to: r, tables: [select] }]", []),
  ("grants: [{ to: r, in: d.s, schema: [usage], tables: { \"order_*\": [select], payments: insert } }]", []),
  ("grants: [{ to: r, in: [d.s, \"d.t_*\"], schema: [usage], types: usage }]", []),
  ("grants: [{ to: r, language: { plpgsql: usage }, parameter: { work_mem: [set, alter_system] } }]", []),
  ("grants: [{ to: r, large_object: { 16x: [select] } }]", ["invalidValue 13:35"]),
  ("grants: [{ to: r, in: d.s, schema: usage, languages: usage }]", ["conflict 13:43"]),
  ("grants: [{ to: r, in: d.s, schema: [usage], table: { t: [\"select (id, \\\"a,b\\\")\"] } }]", []),
  ("grants: [{ to: r, in: d.s, schema: [usage], table: { t: [\"select (id\"] } }]", ["invalidValue 13:58"]),
  ("grants: [{ to: r, in: d.s, schema: [usage], table: { t: [\"delete (id)\"] } }]", ["invalidValue 13:58"]),
  ("grants: [{ to: PUBLIC, privileges: [connect], grant_option: true }]", ["conflict 13:47"]),
  ("grants: [{ to: PUBLIC, privileges: [connect], state: absent, expires: 2027-01-31 }]", ["conflict 13:62"]),
  ("mode: additive\ngrants: [{ to: PUBLIC, privileges: [connect], state: absent }]", ["conflict 14:47"]),
  ("grants: [{ to: r, in: d.s }]", ["missingKey 13:10"]),
  ("grants: [{ in: d.s, schema: [usage] }]", ["missingKey 13:10"]),
  ("grants: [{ to: public, privileges: [connect] }]", ["reserved 13:16"]),
  ("grants: [{ to: PUBLIC, privileges: [connect] }]", []),
  ("grants: [{ to: r, in: d.s, profile: x }]", ["danglingName 13:37"]),
  ("profiles: { x: { schema: [usage] } }\ngrants: [{ to: r, profile: x }]", ["missingKey 14:28"]),
  ("grants: [{ to: r, in: d.s, schema: [usage], default_privileges_of: o }]", ["conflict 13:45"]),
  ("roles: { r: { state: absent } }\ngrants: [{ to: r, privileges: [connect] }]", ["conflict 14:16"]),
  ("grants: [{ to: r, in: d.s, schema: [usage], tables: [maintain] }]", ["invalidValue 13:10"]),
  // USAGE, by the role itself, a role that it is a member of, PUBLIC; `public` is open.
  ("grants: [{ to: r, in: d.s, tables: [select] }]", ["unreachableObjects 13:10"]),
  ("grants: [{ to: r, in: d.public, tables: [select] }]", []),
  (
    "roles: { r: { member_of: [g] }, g: {} }\ngrants:\n- { to: g, in: d.s, schema: usage }\n- { to: r, in: d.s, tables: [select] }",
    []
  ),
  ("grants: [{ to: PUBLIC, in: d.s, schema: usage }, { to: r, in: d.s, tables: [select] }]", []),
  ("roles: { r: { superuser: true } }\ngrants: [{ to: r, in: d.s, tables: [select] }]", []),
])
func refusesInAccess(rest: String, expected: [String]) {
  #expect(faults(withSurroundings(access(rest))) == expected)
}

@Test func namesTheInstanceThatLacksADatabase() throws {
  let text = withSurroundings(instance("access: [a]") + "\n---\nkind: Access\nname: a\ndatabases: [orders]\n")
  let diagnostic = try #require(read(text).diagnostics.first)
  #expect(diagnostic.code == .danglingName)
  #expect(diagnostic.message == "the instance `i` declares no database `orders`")
  #expect(diagnostic.related.map(\.location.line) == [7])
}

@Test func showsNoSecretThatStandsInTheSpecs() throws {
  let diagnostic = try #require(
    read(withSurroundings(access("roles: { r: { password: hunter2 } }"))).diagnostics.first)
  #expect(diagnostic.message == "line 13: `password` takes a reference to a secret, not the secret itself")
  #expect(!"\(diagnostic)".contains("hunter2"))
}

@Test(arguments: [
  ("port", "reserved 4:3"), ("archive_command", "reserved 4:3"), ("Data_Directory", "reserved 4:3"),
  ("include", "reserved 4:3"),
])
func reservesWhatOtherFieldsDerive(parameter: String, expected: String) {
  let text = "kind: Parameters\nname: p\nvalues:\n  \(parameter): x\n---\n" + instance("parameters: [p]")
  #expect(faults(withSurroundings(text)) == [expected])
}

@Test(arguments: [
  ("[pg_cron]", ["conflict 8:29"]), ("{ add: [pg_cron] }", []), ("pg_cron", ["conflict 8:29"]),
])
func combinesListsOnlyWhereAsked(value: String, expected: [String]) {
  let text = """
    kind: Parameters
    name: a
    values: { shared_preload_libraries: [pg_stat_statements] }
    ---
    kind: Parameters
    name: b
    values:
      shared_preload_libraries: \(value)
    ---
    \(instance("parameters: [a, b]"))
    """
  let (desired, _) = read(withSurroundings(text))
  #expect(faults(withSurroundings(text)) == expected)
  guard expected.isEmpty else { return }
  let parameter = desired.instances[0].parameters.values?["shared_preload_libraries"]
  #expect(
    parameter
      == DesiredParameter(
        value: .list(["pg_stat_statements", "pg_cron"]), document: Address(["parameters", "b"])))
}

@Test(arguments: [
  ("language: 2\n", ["notSupportedYet 1:11"]), ("language: 01\n", ["wrongType 1:11"]),
  ("journal: { directory: /j }\n", ["missingKey 1:1"]), ("language: 1\njournal: {}\n", ["missingKey 2:10"]),
  ("language: 1\njournal: { directory: j }\n", ["invalidValue 2:23"]),
  ("language: 1\nspecs: x\n", ["unknownKey 2:1"]),
  ("language: 1\njournal: { directory: /var/lib/holdfast }\n", []),
])
func readsTheRepositoryFile(text: String, expected: [String]) {
  #expect(faults(surroundings, root: text) == expected)
}

@Test(arguments: [
  ("kind: Platform\nname: p\ntype: server\n", ["noDocuments 2:7"]),
  ("kind: Access\nname: a\n", ["noDocuments 2:7"]),
  (
    "kind: Platform\nname: p\ntype: server\n---\nkind: Instance\nname: i\ntemplate: true\nplatform: p\nengine: postgres\n",
    ["noDocuments 2:7"]
  ),
  ("kind: Platform\nname: p\ntype: server\n---\nkind: Instanc\nname: i\n", ["unknownKind 5:7"]),
])
func refusesASetWithoutInstances(text: String, expected: [String]) {
  #expect(faults(text) == expected)
}

@Test func refusesAnEmptySet() {
  let (desired, diagnostics) = readSpecs(documents: [], root: [])
  #expect(desired.instances.isEmpty)
  #expect(diagnostics.map(\.code) == [.noDocuments])
}
