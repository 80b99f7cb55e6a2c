import TestServers
import Testing

/// The whole way on a server of somebody else's: from nothing, through what people change by hand, and back.
@Suite struct ServerPlatformTests {
  @Test(arguments: [15, 16, 18]) func aServerIsBroughtToItsSpecsAndKeptThere(major: Int) async throws {
    let shop = try await ShopServer(major: major)
    let planned = try shop.repository.run("plan", "--out", "first.plan")
    #expect(planned.status == 0, "\(planned)")
    #expect(try shop.psql("SELECT count(*) FROM pg_roles WHERE rolname ~ '^shop'") == "0", "a plan wrote")
    let applied = try shop.repository.run("apply", "first.plan")
    #expect(applied.status == 0, "\(applied)")
    try shop.repository.expectConverged()
    try expectWhatTheSpecsSay(shop)
    #expect(try shop.repository.run("drift").status == 0)
    let again = try shop.repository.run("apply", "first.plan")
    #expect(again.status == 0 || again.status == 4, "\(again)")
    try handChangesAreFoundAndHealed(shop)
    try expectNoSecret(shop)
  }

  private func expectWhatTheSpecsSay(_ shop: ShopServer) throws {
    #expect(
      try shop.psql(
        "SELECT datname, datdba::regrole FROM pg_database WHERE datname IN ('shop', 'reports') ORDER BY 1")
        == "reports|shop_owner\nshop|shop_owner")
    #expect(
      try shop.psql(
        "SELECT nspname, nspowner::regrole FROM pg_namespace WHERE nspname IN ('app', 'audit') ORDER BY 1",
        in: "shop")
        == "app|shop_owner\naudit|shop_owner")
    #expect(
      try shop.psql("SELECT rolconnlimit, rolcanlogin, rolconfig FROM pg_roles WHERE rolname = 'shop_app'")
        == "40|t|{statement_timeout=30s}")
    #expect(try shop.psql("SHOW work_mem") == "64MB")
    #expect(
      try shop.psql("SELECT pending_restart, setting FROM pg_settings WHERE name = 'max_connections'")
        == "t|100")
    #expect(
      try shop.psql("SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'shop_batch'")
        == "Nightly jobs")
    try shop.makeObjects()
    // What comes later is covered by default privileges: nothing to do for the new table.
    try shop.repository.expectConverged()
    #expect(
      try shop.psql(
        "SELECT has_table_privilege('shop_rw', 'app.payments', 'DELETE'), has_table_privilege('shop_ro', 'app.payments', 'DELETE')",
        in: "shop") == "t|f")
    try shop.expectLogin("shop_app", "app secret")
    try shop.expectLogin("shop_batch", "nightly ' \\ word")
  }

  private func handChangesAreFoundAndHealed(_ shop: ShopServer) throws {
    for change in HandChange.all {
      try _ = shop.psql(change.sql, in: "shop")
      let drift = try shop.repository.run("drift")
      #expect(drift.status == 2, "\(change.sql): \(drift)")
      for words in change.words {
        #expect(unwrapped(drift.stdout).contains(words), "\(change.sql): \(drift.stdout)")
      }
    }
    let hazards = Set(HandChange.all.flatMap(\.hazards))
    let healed = try shop.repository.heal(allowing: hazards.sorted())
    #expect(healed.run.contains("Done:"))
    // Back to what the hands had made of it, but for the password, and once more forward.
    let run = try shop.repository.newestRun()
    let reverted = try shop.repository.run(
      "revert", run, "--yes", "--allow", "access-loss", "--allow", "access-widening")
    #expect(reverted.status == 0, "\(reverted)")
    let drift = try shop.repository.run("drift")
    #expect(drift.status == 2)
    for change in HandChange.all where !change.hazards.contains("credential-change") {
      for words in change.words {
        #expect(unwrapped(drift.stdout).contains(words), "after the revert: \(drift.stdout)")
      }
    }
    let allowed = hazards.sorted().flatMap { ["--allow", $0] }
    #expect(try shop.repository.run(["apply", "--yes"] + allowed).status == 0)
    try shop.repository.expectConverged()
  }

  private func expectNoSecret(_ shop: ShopServer) throws {
    let journal = try ChildProcess.check(
      ["/bin/sh", "-c", "cat journal/* journal/*/* first.plan 2>/dev/null || true"], in: shop.repository.path)
    for (place, text) in [("journal", journal), ("server log", shop.cluster.logText)] {
      for secret in ["app secret", "nightly ' ", "SCRAM-SHA-256$", "admin's word"] {
        let isFound = text.contains(secret)
        #expect(!isFound, "\(secret) is in the \(place)")
      }
    }
  }
}

/// Something that a person does with psql, the words in which drift tells it, and the hazards of taking it back.
private struct HandChange {
  var sql: String
  var words: [String]
  var hazards: [String] = ["access-loss"]

  static let all = [
    HandChange(
      sql: "GRANT DELETE ON app.payments TO shop_ro",
      words: ["shop_ro gained DELETE on table shop.app.payments (no document grants it)"]),
    HandChange(
      sql: "GRANT shop_rw TO alice", words: ["alice became a member of shop_rw (no document declares it)"]),
    HandChange(
      sql: "ALTER ROLE shop_app CREATEDB CONNECTION LIMIT 10",
      words: [
        "role shop_app: create_database is yes, the specs say no",
        "role shop_app: connection_limit is 10, the specs say 40",
      ]),
    HandChange(
      sql: "ALTER ROLE shop_batch PASSWORD 'another'",
      words: ["role shop_batch: password is other than"], hazards: ["credential-change"]),
    HandChange(
      sql: "ALTER SCHEMA audit OWNER TO postgres",
      words: ["schema audit of shop: owner is postgres, the specs say shop_owner"]),
    HandChange(
      sql: "ALTER DATABASE reports OWNER TO postgres",
      words: ["database reports: owner is postgres, the specs say shop_owner"]),
    HandChange(
      sql: "ALTER ROLE shop_app SET statement_timeout = '99s'",
      words: ["setting statement_timeout of shop_app is 99s, the specs say 30s"], hazards: []),
    HandChange(
      sql: "ALTER SYSTEM SET work_mem = '65MB'", words: ["work_mem is 65MB, the specs say 64MB"], hazards: []),
    HandChange(
      sql: "ALTER SYSTEM SET random_page_cost = 2", words: ["random_page_cost is 2, the specs don't set it"],
      hazards: ["parameter-reset"]),
    HandChange(
      sql: "CREATE TABLE app.stray (id int)", words: ["shop_ro lacks SELECT on table shop.app.stray"],
      hazards: []),
    HandChange(
      sql: "REVOKE INSERT ON app.payments FROM shop_rw",
      words: ["shop_rw lacks INSERT on table shop.app.payments"], hazards: []),
    HandChange(
      sql: "CREATE ROLE mallory LOGIN; GRANT shop_owner TO mallory",
      words: ["mallory became a member of shop_owner (mallory is not declared, and shop_owner is)"]),
  ]
}
