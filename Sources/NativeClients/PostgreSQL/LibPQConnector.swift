@preconcurrency import Dispatch
import SQL
import Synchronization

/// Opens sessions through libpq.
package struct LibPQConnector: SQLConnector {
  package init() {
    _ = ProcessEnvironment.atStart
  }

  /// Connects on the new connection's own queue. A cancelled task returns at once; the attempt behind it ends
  /// by itself, at the latest with its timeout, and what it opened is closed.
  package func connect(to endpoint: SQLEndpoint) async throws(SQLFailure) -> any SQLConnection {
    let executor = ConnectionExecutor()
    let native = try await open(endpoint, on: executor)
    let connection = LibPQConnection(native: native, executor: executor, endpoint: endpoint)
    if !endpoint.boundsItsStatements { await connection.prepareSession() }
    return connection
  }

  private func open(
    _ endpoint: SQLEndpoint, on executor: ConnectionExecutor
  ) async throws(SQLFailure) -> NativeConnection {
    let waiter = ConnectWaiter()
    let outcome: Result<NativeConnection, SQLFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        waiter.wait(with: continuation)
        executor.queue.async {
          waiter.finish(LibPQHandshake(endpoint).run(abandoned: { waiter.isFinished }))
        }
      }
    } onCancel: {
      waiter.finish(
        .failure(
          SQLFailure(.cancelled, message: "the connect was given up", endpoint: endpoint.description)))
    }
    return try outcome.get()
  }
}

/// Hands the first outcome to the waiting task and drops any later one.
private final class ConnectWaiter: Sendable {
  typealias Outcome = Result<NativeConnection, SQLFailure>

  private enum State {
    case idle
    case waiting(CheckedContinuation<Outcome, Never>)
    case early(Outcome)
    case finished
  }

  private let state = Mutex(State.idle)

  var isFinished: Bool {
    state.withLock {
      switch $0 {
      case .early, .finished: true
      case .idle, .waiting: false
      }
    }
  }

  func wait(with continuation: CheckedContinuation<Outcome, Never>) {
    let early: Outcome? = state.withLock {
      guard case .early(let outcome) = $0 else {
        $0 = .waiting(continuation)
        return nil
      }
      $0 = .finished
      return outcome
    }
    if let early { continuation.resume(returning: early) }
  }

  func finish(_ outcome: Outcome) {
    let continuation: CheckedContinuation<Outcome, Never>? = state.withLock {
      switch $0 {
      case .idle:
        $0 = .early(outcome)
        return nil
      case .waiting(let continuation):
        $0 = .finished
        return continuation
      case .early, .finished:
        return nil
      }
    }
    continuation?.resume(returning: outcome)
  }
}
