@preconcurrency import Dispatch
import Execution
import Glibc

/// The first Ctrl-C, or SIGTERM, stops the run at the next good place; the second ends the process at once. The journal is
/// whole either way, and the next plan goes on from what is there.
final class InterruptSignals: Sendable {
  private let sources: [any DispatchSourceSignal]

  init(_ interruption: Interruption) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "holdfast.signals"))
      source.setEventHandler { @Sendable in
        if interruption.isRequested { _exit(128 + number) }
        interruption.request()
        let text = "\nStopping after this step; once more stops at once.\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
      }
      source.resume()
      return source
    }
  }

  func stop() {
    for source in sources { source.cancel() }
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }
}
