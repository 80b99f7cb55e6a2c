import Diagnostics
import Model
import SQL

/// What a scalar's text has to be. All rules are about the text as written: no number or boolean is ever made first.
enum TextKind: Sendable {
  case words
  /// The name of a document, which also stands in file names, addresses and stanzas.
  case documentName
  /// A name that is declared here, so that the server has to accept it.
  case declaredRole, declaredDatabase, declaredSchema
  /// A name of something on a server.
  case serverName
  /// A name, or a glob over names.
  case pattern
  case functionSignature
  /// A function's signature, or a glob over signatures.
  case functionPattern
  case parameterName
  case path
  case span
  case version
  case moment
  /// `database.schema`
  case place
  /// `database.schema.table`
  case tablePlace
  /// One SQL expression.
  case expression
  case privilege(ObjectKind)
  /// A privilege on a table, or on columns of one.
  case tablePrivilege
  /// An OID in decimal.
  case objectNumber
  case environmentVariable
  /// A file that holds a secret.
  case secretPath
  case labelKey
  case aws(AWSText)
}

/// Why a text is refused.
struct TextFault {
  var code = DiagnosticCode.invalidValue
  /// Follows the quoted text: "`x` …".
  var message: String
  var hint: String?
}

extension TextKind {
  func fault(in text: String) -> TextFault? {
    if let fault = forbiddenCharacter(in: text) ?? misplacedVariable(in: text) { return fault }
    switch self {
    case .words: return nil
    case .environmentVariable:
      return text.isEmpty || text.contains("=")
        ? TextFault(message: "is no name of an environment variable") : nil
    case .documentName: return documentNameFault(text)
    case .declaredRole, .declaredDatabase, .declaredSchema:
      return serverNameFault(text) ?? reservedNameFault(text)
    case .serverName, .pattern: return serverNameFault(text)
    case .functionSignature: return signatureFault(text)
    case .functionPattern:
      return NamePattern(text).exact == nil ? lengthFault(functionName(text)) : signatureFault(text)
    case .parameterName: return parameterNameFault(text)
    case .path, .secretPath: return pathFault(text)
    case .place: return placeFault(text)
    case .tablePlace: return tablePlaceFault(text)
    case .expression: return expressionFault(text)
    case .span:
      return TimeSpan(text) == nil
        ? TextFault(message: "is no length of time", hint: "write it like 90s, 30m, 12h, 7d or 5w") : nil
    case .version:
      return VersionConstraint(text) == nil
        ? TextFault(message: "is no version", hint: "write it like 16, 16.4 or \">=16.4 <17\"") : nil
    case .moment:
      return Timestamp(specText: text) == nil
        ? TextFault(
          message: "is no date and no time", hint: "write it like 2027-01-31 or 2027-01-31T22:30:00Z") : nil
    case .privilege(let kind): return privilegeFault(text, kind)
    case .tablePrivilege: return text.contains("(") ? columnFault(text) : privilegeFault(text, .table)
    case .objectNumber:
      return UInt32(text).map { $0 == 0 } ?? true || text.first == "0"
        ? TextFault(message: "is no OID", hint: "large objects are named by their number") : nil
    case .labelKey:
      return text.isEmpty ? TextFault(message: "is no name", hint: "a label's key has at least one character") : nil
    case .aws(let kind): return kind.fault(in: text)
    }
  }

  /// Only line breaks and tabs of a comment, a setting or an expression may be there; a name holds neither.
  private func forbiddenCharacter(in text: String) -> TextFault? {
    var allowsLines: Bool {
      switch self {
      case .words, .expression: true
      default: false
      }
    }
    let bad = text.unicodeScalars.first { scalar in
      let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      return isControl && !(allowsLines && (scalar == "\n" || scalar == "\t"))
    }
    guard let bad else { return nil }
    let code = String(bad.value, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: 4 - code.count) + code
    return TextFault(message: "holds the control character U+\(padded)", hint: "take it out")
  }

  private func misplacedVariable(in text: String) -> TextFault? {
    switch self {
    case .environmentVariable, .secretPath, .aws(.secret): return nil
    default:
      guard text.utf8.contains(UInt8(ascii: "$")),
        let name = SecretVariable.allCases.first(where: { text.contains($0.written) })
      else { return nil }
      return TextFault(
        message: "holds `\(name.written)`, and only secret references may", hint: "write the value itself")
    }
  }
}

// Names.
extension TextKind {
  /// The names of things on a server that the text is made of.
  func names(in text: String) -> [String] {
    switch self {
    case .declaredRole, .declaredDatabase, .declaredSchema, .serverName, .pattern: [text]
    case .place, .tablePlace: text.split(separator: ".").map(String.init)
    case .functionSignature: text.firstIndex(of: "(").map { [String(text[..<$0])] } ?? []
    case .functionPattern: [functionName(text)]
    case .words, .documentName, .parameterName, .path, .span, .version, .moment, .expression, .privilege,
      .tablePrivilege, .objectNumber, .environmentVariable, .secretPath, .labelKey, .aws:
      []
    }
  }

  /// What the text says that names of things on a server are compared with.
  func compared(in text: String) -> [String] {
    switch self {
    case .functionSignature: names(in: text) + [text]
    case .tablePrivilege: ColumnPrivilege(text)?.columns ?? []
    case .expression: [text]
    default: names(in: text)
    }
  }

  /// The longest name that PostgreSQL keeps whole. It shortens longer ones with no more than a notice.
  ///
  /// - Source: PostgreSQL documentation, "Identifiers and Key Words": NAMEDATALEN-1.
  static let longestName = 63

  private func documentNameFault(_ text: String) -> TextFault? {
    let isWellFormed =
      text.utf8.allSatisfy(isNameByte)
      && text.utf8.first.map { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") } ?? false
    if !isWellFormed {
      return TextFault(
        message: text.isEmpty ? "is no name" : "is no name of a document",
        hint: "use letters, digits, `-`, `_` and `.`, a letter or a digit first")
    }
    return lengthFault(text)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private func serverNameFault(_ text: String) -> TextFault? {
    text.isEmpty
      ? TextFault(message: "is no name", hint: "a name has at least one character") : lengthFault(text)
  }

  private func lengthFault(_ text: String) -> TextFault? {
    guard text.utf8.count > Self.longestName else { return nil }
    return TextFault(
      code: .nameTooLong, message: "is \(text.utf8.count) bytes long; names have at most \(Self.longestName)",
      hint: "PostgreSQL would cut it off: choose a shorter one")
  }

  private func reservedNameFault(_ text: String) -> TextFault? {
    switch self {
    case .declaredRole where text.lowercased() == "public" || text == "none":
      TextFault(
        code: .reserved, message: "is no role: PostgreSQL keeps the word",
        hint: "grant to `PUBLIC` under `grants`")
    case .declaredRole where text.hasPrefix("pg_"):
      TextFault(
        code: .reserved, message: "begins with `pg_`, which PostgreSQL keeps for its own roles",
        hint: "name it under `member_of` or `grants`; don't declare it")
    case .declaredSchema where text.hasPrefix("pg_") || text == "information_schema":
      TextFault(code: .reserved, message: "is a schema of PostgreSQL's own", hint: "choose another name")
    case .declaredDatabase where text == "template0" || text == "template1":
      TextFault(code: .reserved, message: "is a template of PostgreSQL's own", hint: "choose another name")
    default: nil
    }
  }

  private func signatureFault(_ text: String) -> TextFault? {
    guard let open = text.firstIndex(of: "("), text.last == ")", open > text.startIndex else {
      return TextFault(
        message: "names no argument types", hint: "write it like f(integer, text), or f() for none")
    }
    return lengthFault(functionName(text))
  }

  private func functionName(_ text: String) -> String { String(text.prefix { $0 != "(" }) }

  private func parameterNameFault(_ text: String) -> TextFault? {
    let isWellFormed =
      text.utf8.allSatisfy { isNameByte($0) && $0 != UInt8(ascii: "-") }
      && text.first.map { $0.isLetter || $0 == "_" } ?? false
    return isWellFormed ? lengthFault(text) : TextFault(message: "is no name of a parameter", hint: nil)
  }

  private func placeFault(_ text: String) -> TextFault? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      return TextFault(
        message: "names no database and schema",
        hint: "write database.schema; where a name holds a dot: {database: x, schema: y}")
    }
    return parts.lazy.compactMap { lengthFault(String($0)) }.first
  }

  private func tablePlaceFault(_ text: String) -> TextFault? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
      return TextFault(
        message: "names no database, schema and table",
        hint: "write database.schema.table; where a name holds a dot: {database: x, schema: y, table: z}")
    }
    return parts.lazy.compactMap { lengthFault(String($0)) }.first
  }
}

// Values.
extension TextKind {
  private func expressionFault(_ text: String) -> TextFault? {
    SQLExpression.fault(in: text).map {
      TextFault(message: "is not one expression: it \($0)", hint: "write what CREATE POLICY takes between parentheses")
    }
  }

  private func pathFault(_ text: String) -> TextFault? {
    guard text.hasPrefix("/") else {
      return TextFault(message: "is no absolute path", hint: "begin it with `/`")
    }
    let parts = text.split(separator: "/")
    guard !parts.isEmpty, !parts.contains("."), !parts.contains("..") else {
      return TextFault(
        message: "is not the path of a file or directory", hint: "write it without `.` and `..`")
    }
    return nil
  }

  private func privilegeFault(_ text: String, _ kind: ObjectKind) -> TextFault? {
    guard text.lowercased() != "all" else { return nil }
    let known = kind.allPrivileges(version: ServerVersion(major: 99))
    if let privilege = PrivilegeSet(keyword: text), known.contains(privilege) { return nil }
    let names = known.keywords.map { $0.lowercased() } + ["all"]
    let nearest = closest(text, in: names).map { "did you mean `\($0)`? " } ?? ""
    return TextFault(
      message: "is no privilege on a \(kind.words)",
      hint: nearest + "there are: \(names.joined(separator: ", "))")
  }

  private func columnFault(_ text: String) -> TextFault? {
    guard let parsed = ColumnPrivilege(text) else {
      return TextFault(message: "names no columns", hint: "write it like `select (id, amount)`")
    }
    return privilegeFault(parsed.keyword, .column) ?? parsed.columns.lazy.compactMap { serverNameFault($0) }.first
  }
}
