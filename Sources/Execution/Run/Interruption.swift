import Synchronization

/// Somebody's wish that a run stop at the next good place: the first Ctrl-C.
///
/// It is not the cancellation of a task, because that would reach into acts that must not be interrupted.
package final class Interruption: Sendable {
  private struct State {
    var isRequested = false
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())

  package init() {}

  package var isRequested: Bool { state.withLock(\.isRequested) }

  package func request() {
    let waiters = state.withLock { state in
      state.isRequested = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns at the request, or when the waiting task is cancelled.
  func wait() async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isRequested || Task.isCancelled { return true }
          state.waiters[number] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
    }
  }

  /// Runs the work, and cancels it at the request.
  func cancelling<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
    await withTaskGroup(of: Value?.self) { group in
      group.addTask { await work() }
      group.addTask {
        await self.wait()
        return nil
      }
      while let outcome = await group.next() {
        group.cancelAll()
        if let outcome { return outcome }
      }
      preconditionFailure("the work is one of the two tasks, and it gives a value")
    }
  }

  /// Runs the work to its end, and gives the notice when the request comes meanwhile or has come.
  func telling<Value: Sendable>(
    _ notice: @escaping @Sendable () async -> Void, during work: @escaping @Sendable () async -> Value
  ) async -> Value {
    await withTaskGroup(of: Value?.self) { group in
      group.addTask { await work() }
      group.addTask {
        await self.wait()
        if self.isRequested { await notice() }
        return nil
      }
      while let outcome = await group.next() {
        guard let outcome else { continue }
        group.cancelAll()
        return outcome
      }
      preconditionFailure("the work is one of the two tasks, and it gives a value")
    }
  }
}
