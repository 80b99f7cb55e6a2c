import Diagnostics

/// One thing that happened to one step while a plan is applied.
package struct ProgressLine: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    case started
    /// Still at it; `what` it waits for, where that is known.
    case waiting(seconds: Double, what: String?)
    case retrying(attempt: Int, because: String)
    case done(seconds: Double)
    /// What it would have achieved already holds.
    case skipped
    case failed(seconds: Double, message: String)
  }

  package var instance: String
  package var step: Int
  package var of: Int
  package var title: String
  package var state: State

  package init(instance: String, step: Int, of: Int, title: String, state: State) {
    (self.instance, self.step, self.of, self.title, self.state) = (instance, step, of, title, state)
  }
}

/// Where progress is shown.
package enum ProgressStyle: Hashable, Sendable {
  /// One status line is drawn again and again below the finished ones.
  case terminal(width: Int, colour: Bool)
  /// Whole lines only, for logs; something is written at each event, heartbeats included.
  case log
}

/// How often a waiting step should be reported, so that a log shows a sign of life and no more.
package func heartbeatSeconds(_ style: ProgressStyle) -> Int {
  switch style {
  case .terminal: 1
  case .log: 30
  }
}

/// The bytes to write to standard error for one event, line ends included.
package func renderProgress(_ progress: ProgressLine, style: ProgressStyle) -> String {
  let text = escapedForTerminal(progress.text)
  switch style {
  case .log: return text + "\n"
  case .terminal(let width, let colour):
    guard progress.state.isLasting else { return clearLine + text.cut(to: width - 1) }
    return clearLine + (progress.state.ink?.paint(text, if: colour) ?? text) + "\n"
  }
}

/// Takes the status line away, before anything else is written to a terminal.
package func endProgress(style: ProgressStyle) -> String {
  switch style {
  case .terminal: clearLine
  case .log: ""
  }
}

private let clearLine = "\r\u{1B}[K"

extension ProgressLine {
  fileprivate var text: String { "instance/\(instance) step \(step) of \(of): \(title)" + state.text }
}

extension ProgressLine.State {
  fileprivate var text: String {
    switch self {
    case .started: " …"
    case .waiting(let seconds, let what):
      ": still waiting\(what.map { " for \($0)" } ?? ""), \(duration(seconds))"
    case .retrying(let attempt, let because): ": attempt \(attempt), because \(because)"
    case .done(let seconds): ": done in \(duration(seconds))"
    case .skipped: ": already so"
    case .failed(let seconds, let message): ": FAILED after \(duration(seconds)): \(message)"
    }
  }

  fileprivate var isLasting: Bool {
    switch self {
    case .started, .waiting: false
    case .retrying, .done, .skipped, .failed: true
    }
  }

  fileprivate var ink: Ink? {
    switch self {
    case .failed: .red
    case .retrying: .yellow
    case .started, .waiting, .done, .skipped: nil
    }
  }
}

extension String {
  /// As much as fits, so that the status line never wraps: what wrapped could not be taken away again.
  fileprivate func cut(to width: Int) -> String {
    guard displayWidth > width else { return self }
    var (text, used) = ("", 1)
    for scalar in unicodeScalars {
      used += scalar.displayWidth
      if used > width { break }
      text.unicodeScalars.append(scalar)
    }
    return text + "…"
  }
}
