import TestServers
import Testing

/// A cluster of Aurora is one instance with members.
@Suite struct AWSAuroraTests {
  private func shop(
    members: [String] = ["shop-1: { class: db.r6g.large, failover_tier: 0 }", "shop-2: { class: db.serverless }"],
    maximum: String = "4", _ fields: [String] = []
  ) -> String {
    """
    ---
    kind: Instance
    name: shop
    platform: aws
    engine: postgres
    version: 16
    parameters: [shop]
    backup: week
    labels: { team: shop }
    \(fields.joined(separator: "\n"))
    members:
    \(members.map { "  \($0)" }.joined(separator: "\n"))
    aws:
      serverless: { min: 0.5, max: \(maximum) }
      master: { user: dba, managed_password: true }
      apply: now
    ---
    kind: Parameters
    name: shop
    engine: postgres
    values: { log_min_duration_statement: 500ms }
    ---
    kind: BackupPolicy
    name: week
    retain: 7d

    """
  }

  @Test func aClusterIsMadeGrownAndRemoved() async throws {
    let cloud = try await RDSStandIn.start()
    let live = try AWSRepository(cloud, shop())
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    try live.write(shop(maximum: "8"))
    try live.apply()
    try live.converged()
    let more = [
      "shop-1: { class: db.r6g.large, failover_tier: 0 }", "shop-2: { class: db.serverless }",
      "shop-3: { class: db.serverless, failover_tier: 2 }",
    ]
    try live.write(shop(members: more, maximum: "8"))
    try live.apply(allowing: ["create-instance"])
    try live.converged()
    try live.write(shop(members: Array(more.prefix(1)), maximum: "8"))
    try live.apply(allowing: ["stop"])
    try live.converged()
    try live.write(
      shop(members: Array(more.prefix(1)), maximum: "8").replacing("500ms", with: "500ms, max_connections: 200"))
    try live.apply(allowing: ["restart"])
    try live.converged()
    try live.write(shop(members: Array(more.prefix(1)), maximum: "8", ["state: absent"]))
    try live.apply(allowing: ["data-loss"])
    try live.converged()
    try await live.expectSoundTalk()
  }
}
