import CLibPQ
@preconcurrency import Dispatch
import Synchronization

/// Cancels the statement that a connection runs, from any thread, and never a later one.
final class StatementCancellation: Sendable {
  private struct State {
    var isRunning = false
    var isRequested = false
  }

  private let key: CancelKey?
  /// Held while the request is under way, so that `end()` waits for it and the next statement can't be hit.
  private let state = Mutex(State())

  init(_ connection: NativeConnection) {
    key = CancelKey(connection)
  }

  func begin() {
    state.withLock { $0 = State(isRunning: true) }
  }

  /// - Returns: whether a cancellation was asked for while the statement ran.
  func end() -> Bool {
    state.withLock {
      $0.isRunning = false
      return $0.isRequested
    }
  }

  /// Returns at once: the request opens a connection, which must not block the caller's thread.
  func request() {
    DispatchQueue.global().async {
      self.state.withLock {
        guard $0.isRunning else { return }
        $0.isRequested = true
        self.key?.send()
      }
    }
  }
}

/// `@unchecked Sendable`: a `PGcancel` is a copy of what the request needs, never changes, and `PQcancel` may be
/// called from any thread (libpq documentation, "Canceling Queries in Progress").
private final class CancelKey: @unchecked Sendable {
  private let pointer: OpaquePointer

  init?(_ connection: NativeConnection) {
    guard let pointer = PQgetCancel(connection.pointer) else { return nil }
    self.pointer = pointer
  }

  deinit {
    PQfreeCancel(pointer)
  }

  func send() {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
      // Where the request fails the statement just runs on to its end.
      _ = PQcancel(pointer, message.baseAddress, Int32(message.count))
    }
  }
}
