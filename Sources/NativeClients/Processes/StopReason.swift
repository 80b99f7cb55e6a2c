import PlatformKit
import Synchronization

/// Why a running program was stopped by us; the first reason stays.
final class StopReason: Sendable {
  private let stored = Mutex<ProcessFailure.Reason?>(nil)

  var reason: ProcessFailure.Reason? { stored.withLock { $0 } }

  func set(_ reason: ProcessFailure.Reason) {
    stored.withLock { $0 = $0 ?? reason }
  }
}
