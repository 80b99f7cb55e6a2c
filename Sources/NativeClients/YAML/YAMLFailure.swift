import Diagnostics
import YAML

/// What libyaml says about a text that is not YAML, and what it means to the author.
struct YAMLFailure {
  let problem: String
  let problemMark: Mark
  /// What libyaml was reading, with its beginning in `contextMark`.
  let context: String?
  let contextMark: Mark
  /// The text ended before the problem was over.
  let isAtEnd: Bool
  /// The character at the problem.
  let character: Unicode.Scalar?

  /// - Parameter bracket: the innermost `[` or `{` that is open where reading stopped.
  func diagnostic(in file: String, openBracket bracket: (character: String, mark: Mark)?) -> Diagnostic {
    if character == "\t", let tab = tabProblem(in: file) { return tab }
    if problem == "found unexpected end of stream" {
      return Diagnostic(.syntax, message: "this quote is never closed", at: location(contextMark, file))
    }
    if isAtEnd, let bracket {
      let message = "this `\(bracket.character)` is never closed"
      return Diagnostic(.syntax, message: message, at: location(bracket.mark, file))
    }
    let (message, hint) = rewritten
    let related = context.flatMap { Self.beginnings[$0] }
    return Diagnostic(
      .syntax, message: message, at: location(problemMark, file), hint: hint,
      related: related.map { [Diagnostic.Related($0, at: location(contextMark, file))] } ?? [])
  }

  private func location(_ mark: Mark, _ file: String) -> SourceLocation {
    SourceLocation(file: file, line: Int(mark.line), column: Int(mark.column))
  }

  private func tabProblem(in file: String) -> Diagnostic? {
    guard problem.hasPrefix("found a tab character") || problem == Self.noToken else { return nil }
    return Diagnostic(
      .tabIndentation, message: "a tab can't indent YAML; use spaces", at: location(problemMark, file))
  }

  private var rewritten: (message: String, hint: String?) {
    if problem == Self.noToken, let character {
      return ("a value can't begin with `\(character)`", "put the value in quotes")
    }
    if let known = Self.rewrites[problem] { return known }
    return (context.map { "\(problem) \($0)" } ?? problem, nil)
  }

  private static let noToken = "found character that cannot start any token"

  private static let rewrites: [String: (message: String, hint: String?)] = [
    "mapping values are not allowed in this context": (
      "a `key: value` can't stand here", "check the indentation, or quote the value if it holds `: `"
    ),
    "did not find expected key": (
      "a key is expected here", "line it up with the keys above, or quote the value before it"
    ),
    "could not find expected ':'": ("`:` is missing after a key", "write `key: value`"),
    "did not find expected '-' indicator": (
      "a list item is expected here", "line it up with the `-` above, or indent it below its item"
    ),
    "block sequence entries are not allowed in this context": (
      "a `-` item can't stand here", "begin the list on a line of its own"
    ),
    "block mapping keys are not allowed in this context": ("a `?` key can't stand here", nil),
    "did not find expected ',' or ']'": ("`,` or `]` is expected here", nil),
    "did not find expected ',' or '}'": ("`,` or `}` is expected here", nil),
    "did not find expected <document start>": (
      "the document ended before this", "check the indentation, or begin a new document with `---`"
    ),
    "did not find expected node content": ("a value is expected here", nil),
    "found unknown escape character": (
      "`\\` with this letter is no escape in double quotes", "use single quotes, or write `\\\\`"
    ),
    "found unexpected document indicator": ("`---` or `...` stands inside a quoted value", nil),
    "found incompatible YAML document": ("only YAML 1.1 and 1.2 can be read", "remove the `%YAML` line"),
    "did not find expected alphabetic or numeric character": (
      "the name of an anchor or alias is missing", "quote the value if it begins with `*` or `&`"
    ),
    "found undefined tag handle": ("tags (`!…`) are not supported", "quote the value if it begins with `!`"),
  ]

  private static let beginnings: [String: String] = [
    "while parsing a block mapping": "the mapping begins here",
    "while parsing a block collection": "the list begins here",
    "while parsing a flow mapping": "`{` opens here",
    "while parsing a flow sequence": "`[` opens here",
    "while scanning a simple key": "the key begins here",
    "while scanning a quoted scalar": "the quote opens here",
    "while scanning a block scalar": "the text block begins here",
    "while scanning a plain scalar": "the value begins here",
  ]
}
