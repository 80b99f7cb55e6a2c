import TestServers
import Testing

/// SQL inside an instance of RDS, in the plan that also holds the calls of its API; passwords from Secrets Manager.
@Suite struct AWSInsideTests {
  private func specs(_ live: TestCluster, workMemory: String = "64MB", roles: String = "orders_rw: {}") -> String {
    """
    ---
    kind: Instance
    name: orders
    platform: aws
    engine: postgres
    version: 16
    parameters: [orders]
    access: [orders]
    databases: { orders: { owner: orders_owner } }
    connect: { user: \(live.superuser), tls: disable }
    aws: { class: db.t4g.medium, storage: { size: 20 }, port: \(live.port), master: { user: dba, managed_password: true } }
    ---
    kind: Parameters
    name: orders
    engine: postgres
    values: { work_mem: \(workMemory) }
    ---
    kind: Access
    name: orders
    roles:
      orders_owner: {}
      \(roles)

    """
  }

  @Test func accessAndSettingsAreOnePlan() async throws {
    let cloud = try await RDSStandIn.start()
    let server = try await TestCluster.start(major: 16)
    var live = try AWSRepository(cloud, specs(server))
    live.repository.environment["PGPASSWORD"] = "unused"
    try live.apply(allowing: ["create-instance"])
    let inside = try live.apply().plan
    #expect(inside.contains("orders_rw"), "\(inside)")
    try live.converged()
    try await live.elsewhere(
      """
      secrets = boto3.client('secretsmanager')
      secrets.create_secret(Name='orders/app', SecretString='{"password": "Tr0ub4dor-und-3"}')
      """)
    let roles = "orders_rw: {}\n  orders_app: { login: true, password: { aws_secret: orders/app, key: password } }"
    try live.write(specs(server, workMemory: "128MB", roles: roles))
    let both = try live.apply()
    #expect(both.plan.contains("work_mem") && both.plan.contains("orders_app"), "\(both.plan)")
    #expect(!"\(both)".contains("Tr0ub4dor"), "\(both)")
    try live.converged()
    try await live.expectSoundTalk()
  }
}
