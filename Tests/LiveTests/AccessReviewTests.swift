import Foundation
import TestServers
import Testing

/// `holdfast access` as an auditor runs it, with a user that owns nothing.
@Suite struct AccessReviewTests {
  private let cluster: TestCluster
  private let repository: ServerRepository

  init() async throws {
    cluster = try await TestCluster.start(major: 16)
    repository = try ServerRepository(
      specs: """
        kind: Platform
        name: p
        type: server
        ---
        kind: Instance
        name: shop
        platform: p
        engine: postgres
        connect: { host: \(cluster.socketDirectory), port: \(cluster.port), user: auditor, tls: disable }
        access: [a]
        databases: { shop: {} }
        ---
        kind: Access
        name: a
        databases: [shop]
        roles:
          alice: { login: true, expires: 2037-01-31, password: { env: NOT_SET_ANYWHERE } }
          carol: { login: true, member_of: [{ role: orders_rw, inherit: false, expires: 2036-01-31 }] }
        """)
    try _ = cluster.psql(
      """
      CREATE ROLE auditor LOGIN; CREATE ROLE orders_rw; CREATE ROLE alice LOGIN; CREATE ROLE carol LOGIN;
      CREATE ROLE "=cmd|calc" LOGIN; CREATE ROLE idle LOGIN;
      GRANT orders_rw TO alice; GRANT orders_rw TO carol WITH INHERIT FALSE;
      CREATE DATABASE shop; CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM PUBLIC;
      """)
    try _ = cluster.psql(
      """
      CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO orders_rw;
      CREATE TABLE app.orders (id int); CREATE TABLE app.payments (id int, amount int);
      GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA app TO orders_rw; GRANT DELETE ON app.orders TO "=cmd|calc";
      """, database: "shop")
  }

  @Test func aReviewNeedsNothingButToReadAndChangesNothing() throws {
    let outcome = try repository.run("access", "--object", "shop.app")
    #expect(outcome.status == 0, "\(outcome)")
    for words in [
      "alice (until 2037-02-01 00:00:00 UTC) - USAGE on schema shop.app, through orders_rw",
      "- SELECT, INSERT on all 2 tables of shop.app, through orders_rw",
      "\"=cmd|calc\" - DELETE on table shop.app.orders, but no USAGE on the schema",
      "carol - USAGE on schema shop.app, through orders_rw, only after SET ROLE orders_rw, until 2036-02-01 00:00:00 UTC",
      "postgres - everything, as superuser", "idle nothing beside what everybody may",
      "the database closed was not looked into: it doesn't let auditor in",
    ] {
      #expect(unwrapped(outcome.stdout).contains(words), "\(words)\n\(outcome.stdout)")
    }
    #expect(try repository.run("runs").stdout.split(separator: "\n").count <= 1)
  }

  @Test func rowsAreForSpreadsheetsAndForMachines() throws {
    let csv = try repository.run("access", "--format", "csv", "--object", "shop.app.orders")
    let lines = csv.stdout.split(separator: "\r\n").map(String.init)
    #expect(
      lines.dropFirst() == [
        "shop,'=cmd|calc,yes,shop,table,app,orders,1,DELETE,grant,,,postgres,,USAGE,",
        "shop,alice,yes,shop,table,app,orders,1,\"SELECT, INSERT\",grant,orders_rw,,postgres,,,2037-02-01T00:00:00Z",
        "shop,carol,yes,shop,table,app,orders,1,\"SELECT, INSERT\",grant,orders_rw,orders_rw,postgres,,,2036-02-01T00:00:00Z",
        "shop,postgres,yes,*,*,*,*,,ALL,superuser,,,,,,",
      ], "\(csv)")
    #expect(csv.stderr.contains("shop: the database closed was not looked into"))
    let json = try repository.run("access", "--format", "json", "--role", "carol", "--object", "shop.app")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(json.stdout.utf8)) as? [String: Any], "\(json)")
    #expect(document["kind"] as? String == "access" && document["formatVersion"] as? Int == 1)
    let instance = try #require((document["instances"] as? [[String: Any]])?.first)
    let grants = try #require(instance["grants"] as? [[String: Any]])
    #expect(grants.count == 2 && grants.allSatisfy { $0["afterSetRole"] as? String == "orders_rw" })
    #expect(grants.map { $0["privileges"] as? [String] } == [["USAGE"], ["SELECT", "INSERT"]])
  }

  @Test func questionsThatFitNothingAreMistakes() throws {
    let nobody = try repository.run("access", "--role", "nobody", "--object", "shop.nix")
    #expect(nobody.status == 64)
    #expect(nobody.stderr.contains("fits `nobody`") && nobody.stderr.contains("fits `shop.nix`"))
    #expect(try repository.run("access", "--object", "a..b").status == 64)
    #expect(try repository.run("access", "--format", "yaml").status == 64)
    let narrowed = try repository.run("access", "--only", "instance/shop/access/role/alice")
    #expect(narrowed.status == 0 && !narrowed.stdout.contains("carol"), "\(narrowed)")
    try cluster.stop()
    let unreachable = try repository.run("access", "--format", "json")
    #expect(unreachable.status == 1, "\(unreachable)")
    #expect(unreachable.stdout.contains("\"reason\":\"notObserved\""), "\(unreachable)")
    try cluster.restart()
  }
}
