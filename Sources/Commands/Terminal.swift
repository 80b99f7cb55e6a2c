import Diagnostics
import Glibc
import NativeClients
import Rendering

/// The two streams of the process: results to standard output, everything else to standard error.
struct Terminal: Sendable {
  var output: TextStyle
  var errors: TextStyle
  /// Somebody can be asked.
  var isInteractive: Bool
  /// Progress may rewrite its line.
  var hasCursor: Bool
  var isCI: Bool
  var isGitHub: Bool

  /// `NO_COLOR`, `CLICOLOR_FORCE` and `CI` are honoured, as https://no-color.org and https://bixense.com/clicolors say.
  init(noColor: Bool, verbose: Bool = false, environment: [String: String] = ProcessEnvironment.atStart) {
    let isSet = { (name: String) in !(environment[name] ?? "").isEmpty }
    isCI = isSet("CI") && environment["CI"] != "false"
    isGitHub = environment["GITHUB_ACTIONS"] == "true"
    let forced = isSet("CLICOLOR_FORCE") && environment["CLICOLOR_FORCE"] != "0"
    let refused = noColor || isSet("NO_COLOR")
    let isDumb = environment["TERM"] == "dumb"
    let colours = { (descriptor: Int32) in !refused && (forced || (isatty(descriptor) == 1 && !isDumb)) }
    output = TextStyle(colour: colours(1), width: Self.width(of: 1), verbose: verbose)
    errors = TextStyle(colour: colours(2), width: Self.width(of: 2), verbose: verbose)
    isInteractive = isatty(0) == 1 && isatty(2) == 1 && !isCI
    hasCursor = isatty(2) == 1 && !isCI && !isDumb
  }

  /// 100 columns where there is no terminal: a page that a CI log shows whole.
  private static func width(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return min(max(Int(size.ws_col), 40), 160)
  }

  /// Writes a result. A reader that went away (`| head`) is no error: the process ends as SIGPIPE would end it.
  func write(_ text: String) { Self.write(text, to: 1) }

  /// Whoever asked for a result that a full disk swallowed must not take exit code 0 for it.
  private static func endWithoutResult(_ error: Int32) -> Never {
    write("holdfast: the result can't be written: \(String(cString: strerror(error)))\n", to: 2)
    exit(1)
  }

  /// A line of what goes on, from where no terminal is at hand.
  @Sendable static func notice(_ text: String) { write(escapedForTerminal(text) + "\n", to: 2) }

  func complain(_ text: String) { Self.write(text, to: 2) }

  private static func write(_ text: String, to descriptor: Int32) {
    guard !text.isEmpty else { return }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        if descriptor == 1, errno != EPIPE { endWithoutResult(errno) }
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
