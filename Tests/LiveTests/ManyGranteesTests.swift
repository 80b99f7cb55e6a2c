import TestServers
import Testing

/// How many roles can hold privileges directly on one object, by the servers themselves.
@Suite struct ManyGranteesTests {
  private static let roles = 2_600

  @Test(arguments: [15, 18].filter { PostgresBinaries.directory(major: $0) != nil })
  func whatNoRowHoldsIsRefusedByThePlan(major: Int) async throws {
    let cluster = try await TestCluster.start(major: major)
    try _ = cluster.psql("CREATE DATABASE shop")
    // Names as long as they can be: a list keeps numbers, so that they make no difference.
    try _ = cluster.psql(
      """
      CREATE TABLE public.t (id int); CREATE SCHEMA many;
      DO $$ BEGIN FOR i IN 1..\(Self.roles) LOOP EXECUTE format('CREATE ROLE %I', rpad('r' || i, 63, '_')); END LOOP; END $$;
      """, database: "shop")
    #expect(try granted(most: Self.roles, on: "TABLE public.t", cluster).hasPrefix("row is too big"))
    #expect(try granted(most: 2_300, on: "TABLE public.t", cluster) == "all")

    let repository = try ServerRepository(
      specs: specs(cluster, major, 2_300, on: "in: shop.public, table: { t: select }"))
    let refused = try repository.run("plan")
    // The owner is in the list, too.
    #expect(refused.status == 1 && refused.stderr.contains("PLAN012"), "\(refused)")
    #expect(unwrapped(refused.stderr).contains("2301 roles would hold privileges on"), "\(refused)")
    #expect(unwrapped(refused.stderr).contains("grant to a group role"), "\(refused)")

    try repository.write(specs(cluster, major, 2_299, on: "in: shop.public, table: { t: select }"))
    let plan = try repository.heal(allowing: []).plan
    #expect(unwrapped(plan).contains("the server may refuse it (row is too big)"), "\(plan)")
    // A schema's row has no such limit.
    try repository.write(specs(cluster, major, Self.roles, on: "in: shop.many, schema: usage"))
    try _ = repository.heal(allowing: [])
  }

  /// `all`, or what the server says; nothing stays.
  private func granted(most count: Int, on object: String, _ cluster: TestCluster) throws -> String {
    let outcome = try cluster.psql(
      """
      CREATE FUNCTION pg_temp.try() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
        FOR i IN 1..\(count) LOOP EXECUTE format('GRANT SELECT ON \(object) TO %I', rpad('r' || i, 63, '_')); END LOOP;
        RAISE EXCEPTION 'all';
      EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $$;
      SELECT pg_temp.try();
      """, database: "shop")
    return outcome.split(separator: "\n").last.map(String.init) ?? ""
  }

  private func specs(_ cluster: TestCluster, _ major: Int, _ count: Int, on object: String) -> String {
    let names = (1...count).map { number in
      let name = "r\(number)"
      return name + String(repeating: "_", count: 63 - name.count)
    }
    return """
      kind: Platform
      name: far
      type: server
      ---
      kind: Instance
      name: shop
      platform: far
      engine: postgres
      version: \(major)
      connect: { host: \(cluster.socketDirectory), port: \(cluster.port), user: postgres, tls: disable }
      databases: { shop: {} }
      access: [team]
      ---
      kind: Access
      name: team
      databases: [shop]
      grants:
        - { to: [\(names.joined(separator: ", "))], \(object) }
      """
  }
}
