import TestServers
import Testing

/// Memberships that end, passwords that are switched off and roles that nobody declared, with the built program.
@Suite struct ServerRolesTests {
  @Test(arguments: [15, 16, 18]) func timeTakesBackWhatHasExpired(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    let repository = try ServerRepository()
    _ = try cluster.psql(
      """
      CREATE ROLE grp; CREATE ROLE bob LOGIN PASSWORD 'x'; GRANT grp TO bob; CREATE ROLE app_old; CREATE ROLE other;
      """)
    try repository.write(
      specs(
        cluster, "manages: [\"app_*\"]",
        """
        grp: {}
          bob: { login: true, password: disabled, member_of: [{ role: grp, expires: 2020-01-01 }] }
        """))
    let drift = try repository.run("drift", "--undeclared")
    #expect(drift.status == 2, "\(drift)")
    for words in [
      "ALARM undeclared role (access/role/app_old)", "access/role/other: it is there", "it expired",
    ] {
      #expect(unwrapped(drift.stdout).contains(words), "\(words): \(drift)")
    }
    // Time alone takes the membership and leaves the password.
    let due = try repository.run("apply", "--due", "--yes", "--allow", "access-loss")
    #expect(due.status == 0, "\(due)")
    #expect(
      try cluster.psql("SELECT count(*) FROM pg_auth_members WHERE roleid = 'grp'::regrole") == "0")
    #expect(
      try cluster.psql("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'bob'") == "f")
    let rest = try repository.run("apply", "--yes", "--allow", "credential-change")
    #expect(rest.status == 0, "\(rest)")
    #expect(
      try cluster.psql("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'bob'") == "t")
    let plan = try repository.run("plan", "--detailed-exitcode")
    #expect(
      plan.status == 2 && unwrapped(plan.stdout).contains("Nothing to apply, but 1 alarm"),
      "\(plan)")
  }

  @Test(arguments: [15, 16]) func optionsNeedAServerThatHasThem(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    let repository = try ServerRepository()
    try repository.write(
      specs(
        cluster, "mode: authoritative",
        "grp: {}\n  bob: { member_of: [{ role: grp, inherit: false }] }"))
    let applied = try repository.run("apply", "--yes")
    guard major >= 16 else {
      #expect(applied.status == 1, "\(applied)")
      #expect(
        unwrapped(applied.stderr).contains("`inherit` of a membership exists from version 16 on"),
        "\(applied)"
      )
      return
    }
    #expect(applied.status == 0, "\(applied)")
    #expect(
      try cluster.psql(
        "SELECT inherit_option, set_option FROM pg_auth_members WHERE roleid = 'grp'::regrole")
        == "f|t")
    try repository.expectConverged()
    let reverted = try repository.run(
      "revert", try repository.newestRun(), "--yes", "--allow", "access-loss")
    #expect(reverted.status == 0, "\(reverted)")
    #expect(
      try cluster.psql("SELECT count(*) FROM pg_roles WHERE rolname IN ('grp', 'bob')") == "0")
  }

  private func specs(_ cluster: TestCluster, _ rest: String, _ roles: String) -> String {
    """
    kind: Platform
    name: servers
    type: server
    ---
    kind: Instance
    name: orders
    platform: servers
    engine: postgres
    databases: { postgres: {} }
    access: [a]
    connect: { host: \(cluster.socketDirectory), port: \(cluster.port), user: postgres }
    ---
    kind: Access
    name: a
    databases: [postgres]
    \(rest)
    roles:
      \(roles)
    """
  }
}
