import Diagnostics
import Model
import NativeClients
import SpecText
import Testing

private func explained(_ address: String, _ text: String = wholeExample) -> [String]? {
  guard let address = Address(address) else { return nil }
  let documents = readDocuments(in: Array(text.utf8), file: "a.yaml").documents
  return explain(address, documents: documents)?.map { field in
    switch field.origin {
    case .written(let location): "\(field.key) = \(field.value) @\(location.line)"
    case .standard: "\(field.key) = \(field.value) default"
    }
  }
}

@Test func saysWhichDocumentSetAParameter() {
  #expect(explained("instance/orders/parameter/work_mem") == ["parameters.work_mem = 32MB @35"])
}

@Test func explainsAMemberAndItsClusterByTheirAddresses() {
  #expect(
    explained("instance/ledger/members/ledger-2", wholeCloudExample) == ["members.ledger-2.class = db.serverless @67"])
  let lines = explained("instance/ledger", wholeCloudExample) ?? []
  for line in [
    "aws.serverless.min = 0.50 @71", "aws.apply = now @72", "platform.region = eu-west-1 @4",
    "aws.master.password = aws_secret ledger/${instance}, key master @70", "backup.aws.max_lag = 15m @83",
  ] { #expect(lines.contains(line), "\(line)") }
}

@Test func showsARoleWhole() {
  #expect(
    explained("instance/orders/access/role/alice") == [
      "access.orders-access.roles.alice.login = true @58",
      "access.orders-access.roles.alice.superuser = false default",
      "access.orders-access.roles.alice.create_database = false default",
      "access.orders-access.roles.alice.create_role = false default",
      "access.orders-access.roles.alice.inherit = true default",
      "access.orders-access.roles.alice.replication = false default",
      "access.orders-access.roles.alice.bypass_row_security = false default",
      "access.orders-access.roles.alice.member_of = [orders_ro] @58",
      "access.orders-access.roles.alice.expires = 2027-01-31 @58",
      "access.orders-access.roles.alice.state = present default",
    ])
}

@Test func explainsAnInstanceWithAllThatItRefersTo() throws {
  let lines = try #require(explained("instance/orders"))
  for line in [
    "version = 15 @11", "local.port = 5433 @13", "databases.orders.schemas.app.owner = orders_owner @18",
    "parameters_mode = authoritative default", "fresh = false default",
    "platform.hostname = db1.example.net @4",
    "backup.local.cipher = file /etc/holdfast/${instance} @43", "parameters.jit = no @35",
    "access.orders-access.grants[1].to = [orders_rw, orders_ro] @66",
  ] { #expect(lines.contains(line), "\(line)") }
}

@Test func explainsDocumentsAndDerivedValues() {
  let policies = """
    kind: BackupPolicy
    name: base
    retain: 7d
    full: { every: 7d, max_age: 8d }
    ---
    kind: BackupPolicy
    name: derived
    extends: base
    full: { every: 1d }
    """
  #expect(
    explained("backup-policy/derived", policies) == [
      "extends = base @8", "retain = 7d @3", "full.every = 1d @9", "full.max_age = 8d @4",
      "point_in_time = true default",
    ])
  #expect(explained("parameters/orders-tuning")?.first == "engine = postgres default")
  #expect(explained("access/orders-access/role/orders_rw")?.count == 8)
}

@Test(arguments: ["instance/x", "instance", "table/x", "instance/orders/database/x", "access/none"])
func explainsNothingThatIsNotThere(address: String) {
  #expect(explained(address) == nil)
}
