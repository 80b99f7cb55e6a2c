import Synchronization

/// Lets so many requests at a time go to one host, the longest waiting first.
///
/// curl has a limit of its own, but there the wait counts as part of the transfer's time, and the queue is unfair:
/// measured at 6 connections and 200 requests of 100 ms each, one in a hundred took 12 s.
final class HostSlots: Sendable {
  private struct Waiter {
    let id: UInt64
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var taken: [String: Int] = [:]
    var waiting: [String: [Waiter]] = [:]
    var lastID: UInt64 = 0
  }

  private let width: Int
  private let state = Mutex(State())

  init(width: Int) {
    precondition(width > 0)
    self.width = width
  }

  /// Waits for a slot; `false` where the task was cancelled before it got one.
  func take(_ host: String) async -> Bool {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { enqueue(Waiter(id: id, continuation: $0), for: host) }
    } onCancel: {
      giveUp(id, for: host)
    }
  }

  /// Hands the slot to who has waited longest.
  func give(_ host: String) {
    let next: Waiter? = state.withLock { state in
      if let first = state.waiting[host]?.first {
        state.waiting[host]?.removeFirst()
        if state.waiting[host]?.isEmpty == true { state.waiting[host] = nil }
        return first
      }
      let left = (state.taken[host] ?? 1) - 1
      state.taken[host] = left == 0 ? nil : left
      return nil
    }
    next?.continuation.resume(returning: true)
  }

  private func enqueue(_ waiter: Waiter, for host: String) {
    let isTaken: Bool? = state.withLock { state in
      // Looked at under the lock: a cancellation before it found no waiter to wake, one after it will.
      if Task.isCancelled { return false }
      if state.taken[host, default: 0] < width {
        state.taken[host, default: 0] += 1
        return true
      }
      state.waiting[host, default: []].append(waiter)
      return nil
    }
    if let isTaken { waiter.continuation.resume(returning: isTaken) }
  }

  private func giveUp(_ id: UInt64, for host: String) {
    let waiter: Waiter? = state.withLock { state in
      guard let index = state.waiting[host]?.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiting[host]?.remove(at: index)
    }
    waiter?.continuation.resume(returning: false)
  }
}
