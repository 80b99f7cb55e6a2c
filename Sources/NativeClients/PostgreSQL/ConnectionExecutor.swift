@preconcurrency import Dispatch

/// Runs one connection's actor on a queue of its own, so that libpq may block there and never holds up a thread
/// of the shared pool.
final class ConnectionExecutor: SerialExecutor {
  let queue = DispatchQueue(label: "holdfast.postgresql.connection")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  /// Without this `assumeIsolated` would trap on the very queue.
  func checkIsolated() {
    dispatchPrecondition(condition: .onQueue(queue))
  }
}
