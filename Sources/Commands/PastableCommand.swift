/// A command line that is shown to be pasted, so that it has to mean what the one that shows it meant: the same specs and
/// the same scope, and no word that a shell would read otherwise.
struct PastableCommand: Sendable {
  private(set) var words: [String]

  init(_ words: String...) { self.words = ["holdfast"] + words }

  func adding(_ more: [String]) -> PastableCommand {
    var command = self
    command.words += more
    return command
  }

  var text: String { words.map(quoted).joined(separator: " ") }

  /// POSIX: between single quotes everything is itself but the single quote.
  private func quoted(_ word: String) -> String {
    let isFree = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_./:@+-%=,".utf8.contains(byte)
      }
    }
    if isFree, !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

extension SpecOptions {
  var words: [String] { paths.flatMap { ["-f", $0] } }
}

extension ScopeOptions {
  var words: [String] { only.flatMap { ["--only", $0] } }
}

extension PlanningOptions {
  var words: [String] { (due ? ["--due"] : []) + (deferred.map { ["--defer", $0.rawValue] } ?? []) }
}

extension ConsentOptions {
  /// What was agreed to already.
  var words: [String] { uniqueAllowances.flatMap { ["--allow", $0] } + (yes ? ["--yes"] : []) }
}
