import CLibCurl
@preconcurrency import Glibc
import HTTP
import Synchronization

typealias CurlOutcome = Result<HTTPResponse, HTTPFailure>

/// The thread that drives all transfers of one client, started by the first of them.
///
/// Tasks leave orders in a queue and wake the thread; it alone touches curl's handles, save for that wake-up.
final class CurlThread: Sendable {
  enum Order: Sendable {
    case start(UInt64, HTTPRequest, CurlSettings, CheckedContinuation<CurlOutcome, Never>)
    case cancel(UInt64)
    case stop
  }

  private struct State {
    var orders: [Order] = []
    var multi: CurlMulti?
    var lastID: UInt64 = 0
    var hasStopped = false
  }

  private let state = Mutex(State())

  func perform(_ request: HTTPRequest, settings: CurlSettings) async -> CurlOutcome {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        startIfNeeded()
        give(.start(id, request, settings, continuation))
        // Cancelled before: that order came before this one and found nothing.
        if Task.isCancelled { give(.cancel(id)) }
      }
    } onCancel: {
      give(.cancel(id))
    }
  }

  /// Ends the thread. Nobody waits for a transfer then: each of them keeps the client alive.
  func stop() { give(.stop) }

  private func give(_ order: Order) {
    state.withLock { state in
      guard let multi = state.multi, !state.hasStopped else { return }
      state.orders.append(order)
      // Under the lock, so that the thread has not destroyed the handle meanwhile.
      curl_multi_wakeup(multi.handle)
    }
  }

  private func startIfNeeded() {
    state.withLock { state in
      guard state.multi == nil else { return }
      let multi = CurlMulti()
      state.multi = multi
      var thread = pthread_t()
      let context = Unmanaged.passRetained(ThreadStart(thread: self, multi: multi)).toOpaque()
      let failure = pthread_create(&thread, nil, runCurlThread, context)
      precondition(failure == 0, "no thread for HTTP: errno \(failure)")
      pthread_detach(thread)
    }
  }

  fileprivate func run(_ multi: CurlMulti) {
    var transfers = CurlTransfers(multi)
    while obey(takeOrders(), &transfers) { transfers.drive() }
    state.withLock { $0.hasStopped = true }
    transfers.close()
  }

  private func takeOrders() -> [Order] {
    state.withLock { state in
      let orders = state.orders
      state.orders.removeAll(keepingCapacity: true)
      return orders
    }
  }

  /// - Returns: `false` once the thread is to end.
  private func obey(_ orders: [Order], _ transfers: inout CurlTransfers) -> Bool {
    for order in orders {
      switch order {
      case .start(let id, let request, let settings, let continuation):
        transfers.start(id, request, settings, continuation)
      case .cancel(let id): transfers.cancel(id)
      case .stop: return false
      }
    }
    return true
  }
}

/// curl's set of transfers with the connections they share.
///
/// `@unchecked Sendable`: the handle is used by the thread alone, apart from `curl_multi_wakeup`, which curl allows from
/// any thread, and `CurlThread` calls it only while the thread has not stopped.
struct CurlMulti: @unchecked Sendable {
  let handle: UnsafeMutableRawPointer

  init() {
    _ = CurlMulti.initialised
    // Fails only when memory runs out, where Swift itself traps as well.
    guard let handle = curl_multi_init() else { preconditionFailure("out of memory") }
    self.handle = handle
    _ = holdfast_multi_set_long(handle, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
  }

  /// Once a process, and not before the first request: it costs milliseconds.
  private static let initialised: Bool = {
    let code = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    precondition(code == CURLE_OK, "libcurl does not start")
    return true
  }()
}

private final class ThreadStart {
  let thread: CurlThread
  let multi: CurlMulti
  init(thread: CurlThread, multi: CurlMulti) { (self.thread, self.multi) = (thread, multi) }
}

private func runCurlThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Told to leave signals alone, curl does not keep SIGPIPE from a write of OpenSSL's to a closed socket; and Ctrl-C is
  // for other threads.
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, nil)
  guard let context else { return nil }
  let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
  start.thread.run(start.multi)
  return nil
}
