import CLibCurl
import HTTP

/// The transfers under way, on the thread that drives them.
struct CurlTransfers {
  private let multi: UnsafeMutableRawPointer
  private var running: [UInt64: CurlTransfer] = [:]
  private var ids: [UnsafeMutableRawPointer: UInt64] = [:]
  /// A handle used again resumes its TLS sessions.
  private var idle: [UnsafeMutableRawPointer] = []

  /// More are not kept for later.
  private static let mostIdle = 16

  init(_ multi: CurlMulti) { self.multi = multi.handle }

  mutating func start(
    _ id: UInt64, _ request: HTTPRequest, _ settings: CurlSettings,
    _ continuation: CheckedContinuation<CurlOutcome, Never>
  ) {
    // Fails only when memory runs out, where Swift itself traps as well.
    guard let easy = idle.popLast() ?? curl_easy_init() else { preconditionFailure("out of memory") }
    let transfer = CurlTransfer(easy, request, continuation)
    running[id] = transfer
    ids[easy] = id
    if let failure = transfer.configure(settings) { return end(id, with: failure) }
    let code = curl_multi_add_handle(multi, easy)
    precondition(code == CURLM_OK, "curl does not take a transfer: code \(code.rawValue)")
  }

  mutating func cancel(_ id: UInt64) {
    guard let transfer = running[id] else { return }
    end(id, with: .failure(transfer.cancellation()))
  }

  /// Lets the transfers go on, hands over what has ended, and sleeps until there is more to do or an order came.
  mutating func drive() {
    var count: Int32 = 0
    curl_multi_perform(multi, &count)
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle, let id = ids[easy],
        let transfer = running[id]
      else { continue }
      end(id, with: transfer.outcome(holdfast_message_result(message)))
    }
    // curl shortens it to what its own timers need.
    curl_multi_poll(multi, nil, 0, 60_000, nil)
  }

  mutating func close() {
    for (id, transfer) in running { end(id, with: .failure(transfer.cancellation())) }
    for easy in idle { curl_easy_cleanup(easy) }
    curl_multi_cleanup(multi)
  }

  private mutating func end(_ id: UInt64, with outcome: CurlOutcome) {
    guard let transfer = running.removeValue(forKey: id) else { return }
    let easy = transfer.easy
    ids[easy] = nil
    // Does nothing where it was never added.
    curl_multi_remove_handle(multi, easy)
    curl_easy_reset(easy)
    if idle.count < CurlTransfers.mostIdle { idle.append(easy) } else { curl_easy_cleanup(easy) }
    transfer.resume(outcome)
  }
}
