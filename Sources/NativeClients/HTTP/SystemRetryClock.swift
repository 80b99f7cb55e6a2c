import HTTP

extension RetryClock {
  /// The machine's monotonic clock, real sleep and real chance.
  package static var system: RetryClock {
    let start = ContinuousClock.now
    return RetryClock(
      now: { ContinuousClock.now - start },
      sleep: { (wait: Duration) async throws(CancellationError) in
        do { try await Task.sleep(for: wait) } catch { throw CancellationError() }
      },
      random: { Double.random(in: 0..<1) })
  }
}
