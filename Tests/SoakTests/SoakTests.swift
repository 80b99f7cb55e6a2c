import PlanLaws
import TestServers
import Testing

/// Random servers and random specs, on real servers: planned, applied, looked at with the server's own eyes, and reverted.
///
/// `SEEDS` says how many pairs each version gets, `FIRST_SEED` where they begin; `make soak` runs thousands. The pairs of
/// one version share a cluster, which each pair changes further by statements of its own.
@Suite(.serialized) struct SoakTests {
  @Test(arguments: [15, 16, 18]) func whatIsPlannedComesTrueAndCanBeUndone(major: Int) async throws {
    var server = try await SoakServer.start(major: major)
    let seeds = seedRange(100)
    var counts = SoakCounts()
    for seed in seeds {
      let violations = try await server.soak(seed: UInt64(seed), &counts)
      #expect(violations.isEmpty, "\(major), seed \(seed):\n  \(violations.prefix(8).joined(separator: "\n  "))")
      if violations.isEmpty { continue }
      // What one pair left wrong, the next would be blamed for.
      await server.close()
      server = try await SoakServer.start(major: major)
    }
    await server.close()
    // Pairs that plan nothing prove nothing.
    #expect(counts.applied * 2 >= seeds.count, "only \(counts)")
    #expect(counts.reverted * 8 >= seeds.count, "only \(counts)")
    print("soak \(major): \(counts)")
  }
}

/// How many of the pairs came how far.
struct SoakCounts: CustomStringConvertible {
  var pairs = 0
  var refused = 0
  var applied = 0
  /// Of those that were applied: reverted to what was there before, byte for byte.
  var reverted = 0

  var description: String { "\(pairs) pairs, \(refused) refused, \(applied) applied, \(reverted) exactly reverted" }
}
