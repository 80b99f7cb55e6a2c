import Diagnostics
import Model
import YAML

/// A name of something on a server, where the specs write it.
struct WrittenName {
  var text: String
  var node: Node
}

/// Warns of names that a reader takes for others: who reviews `p\u{0430}yments` sees `payments`.
func lookalikeWarnings(_ names: [WrittenName]) -> [Diagnostic] {
  // Of ASCII alone, `app1` and `appl` are what people write, and no warning helps.
  guard names.contains(where: { !$0.text.isASCII }) else { return [] }
  var warnings: [Diagnostic] = []
  var first: [String: [WrittenName]] = [:]
  var seen: Set<[UInt8]> = []
  for name in names where seen.insert(Array(name.text.utf8)).inserted {
    first[Lookalikes.skeleton(of: name.text), default: []].append(name)
  }
  for (_, alike) in first {
    let written = alike.sorted { $0.node.location < $1.node.location }
    guard let usual = written.first(where: { $0.text.isASCII }) ?? written.first else { continue }
    for name in written where !name.text.isASCII {
      if let fault = name.text.mixture ?? name.text.invisible {
        warnings.append(warning(name, "`\(name.text)` \(fault)", []))
      }
      guard !name.text.utf8.elementsEqual(usual.text.utf8) else { continue }
      warnings.append(
        warning(
          name, "`\(name.text)` looks like `\(usual.text)` and is another name: \(name.text.unusual)",
          [.init("`\(usual.text)` is here", at: usual.node.location)]))
    }
  }
  return warnings
}

/// How the specs write each name; one that stands there in two spellings is a mistake, for nobody sees which is meant.
func oneSpelling(of names: [WrittenName]) -> (Spellings, [Diagnostic]) {
  var (spellings, diagnostics) = (Spellings(), [Diagnostic]())
  for name in names.sorted(by: { $0.node.location < $1.node.location }) {
    guard let other = spellings.add(name.text) else { continue }
    let first = names.first { $0.text.utf8.elementsEqual(other.utf8) }
    let (shown, usual) = (Spellings.shown(name.text), Spellings.shown(other))
    diagnostics.append(
      Diagnostic(
        .conflict, message: "`\(shown)` and `\(usual)` look the same and are two names to PostgreSQL",
        at: name.node.location, hint: "write the name in one way: `\(usual)`",
        related: first.map { [.init("the other spelling is here", at: $0.node.location)] } ?? []))
  }
  return (spellings, diagnostics)
}

private func warning(_ name: WrittenName, _ message: String, _ related: [Diagnostic.Related]) -> Diagnostic {
  Diagnostic(
    .lookalike, .warning, message: message, at: name.node.location,
    hint: "write it anew with letters of one script, unless it is meant", related: related)
}

extension String {
  fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }

  /// Letters of two scripts in one word; a name of several words may have words of several languages.
  fileprivate var mixture: String? {
    let words = unicodeScalars.split { Script(of: $0) == nil }
    for word in words {
      let scripts = Set(word.compactMap { Script(of: $0) })
      guard scripts.count > 1 else { continue }
      let names = scripts.sorted().map(\.rawValue).joined(separator: " and ")
      let fewest = scripts.min { left, right in
        let counts = [left, right].map { script in word.count { Script(of: $0) == script } }
        return counts[0] == counts[1] ? right == .latin : counts[0] < counts[1]
      }
      return "mixes \(names) letters: " + described(word.filter { Script(of: $0) == fewest })
    }
    return nil
  }

  fileprivate var invisible: String? {
    let found = unicodeScalars.filter(Lookalikes.isInvisible)
    return found.isEmpty ? nil : "holds characters that can't be seen: " + described(Array(found))
  }

  /// The characters that a reader doesn't expect.
  fileprivate var unusual: String { described(unicodeScalars.filter { !$0.isASCII }) }
}

/// `U+0430 CYRILLIC SMALL LETTER A`, each once.
private func described(_ scalars: [Unicode.Scalar]) -> String {
  var seen: Set<Unicode.Scalar> = []
  return scalars.filter { seen.insert($0).inserted }.prefix(4).map { scalar in
    let code = String(scalar.value, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
    return "U+\(padded)" + (scalar.properties.name.map { " " + $0 } ?? "")
  }.joined(separator: ", ")
}
