import Execution
import Rendering
import Synchronization

/// Shows what a run is doing, on standard error: as it happens on a terminal, line by line in a log.
final class ProgressPrinter: Sendable {
  private struct Shown {
    /// When a waiting step was last told of, in seconds of its waiting.
    var heartbeats: [String: Double] = [:]
    var attempts: [String: Int] = [:]
  }

  private let terminal: Terminal
  private let style: ProgressStyle
  private let shown = Mutex(Shown())

  init(_ terminal: Terminal) {
    self.terminal = terminal
    style = terminal.hasCursor ? .terminal(width: terminal.errors.width, colour: terminal.errors.colour) : .log
  }

  func show(_ event: ProgressEvent) {
    guard let state = shown.withLock({ state(of: event, &$0) }) else { return }
    let line = ProgressLine(
      instance: event.instance, step: event.step, of: event.stepCount, title: event.title, state: state)
    terminal.complain(renderProgress(line, style: style))
  }

  func finish() { terminal.complain(endProgress(style: style)) }

  private func state(of event: ProgressEvent, _ shown: inout Shown) -> ProgressLine.State? {
    let key = "\(event.instance)/\(event.step)"
    switch event.kind {
    case .stepStarted: return .started
    case .stepFinished(let duration): return .done(seconds: duration.inSeconds)
    case .stepFailed(let message, let duration): return .failed(seconds: duration.inSeconds, message: message)
    case .skipped: return .skipped
    case .waiting(let elapsed, let what):
      let seconds = elapsed.inSeconds
      guard seconds - (shown.heartbeats[key] ?? 0) >= Double(heartbeatSeconds(style)) else { return nil }
      shown.heartbeats[key] = seconds
      return .waiting(seconds: seconds, what: what.isEmpty ? nil : what.joined(separator: ", "))
    case .retrying(_, let message):
      shown.attempts[key, default: 1] += 1
      return .retrying(attempt: shown.attempts[key] ?? 2, because: message)
    }
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
