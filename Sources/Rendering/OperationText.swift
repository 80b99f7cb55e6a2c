import Model
import Planner
import SQL

extension TextPage {
  /// What exactly an operation does. Secrets stand in it as the references they are.
  mutating func operation(_ operation: Operation, indent: Int) {
    switch operation {
    case .sql(let batch): sql(batch, indent: indent)
    case .command(let command): self.command(command, indent: indent)
    case .file(let change): file(change, indent: indent)
    case .http(let call): http(call, indent: indent)
    }
  }

  private mutating func sql(_ batch: SQLBatch, indent: Int) {
    line("\(batch.how):", indent: indent)
    for statement in batch.statements { verbatim(statement.shown, indent: indent + 2) }
  }

  private mutating func command(_ command: Command, indent: Int) {
    let stop = command.stopsSafely ? ", may be interrupted" : ""
    line(
      "as \(command.runAs), within \(duration(milliseconds: command.timeoutSeconds * 1000))\(stop):",
      indent: indent)
    verbatim(command.shown, indent: indent + 2)
  }

  private mutating func http(_ call: HTTPCall, indent: Int) {
    line("\(call.title):", indent: indent)
    for field in call.form where field.name != "Action" && field.name != "Version" {
      verbatim("\(field.name) = \(field.shown)", indent: indent + 2)
    }
  }

  private mutating func file(_ change: FileChange, indent: Int) {
    switch change {
    case .write(let path, let parts, let mode, let owner):
      line("write \(path), mode \(mode), owner \(owner):", indent: indent)
      let text = parts.shown
      let rows = (text.last == "\n" ? text.dropLast() : text[...]).split(
        separator: "\n", omittingEmptySubsequences: false)
      for row in rows {
        verbatim("| " + row, indent: indent + 2)
      }
    case .lastLine(let path, let line, let owner):
      self.line("add a last line to \(path), owner \(owner):", indent: indent)
      verbatim("| " + line, indent: indent + 2)
    case .move(let from, let to): line("rename \(from) to \(to)", indent: indent)
    case .makeDirectory(let path, let mode, let owner):
      line("make the directory \(path), mode \(mode), owner \(owner)", indent: indent)
    case .removeTree(let path): line("remove \(path) and all in it", indent: indent)
    }
  }
}

extension Operation {
  /// What a reader of the plan should know of it without its text: where it runs and what it waits for.
  var how: String? {
    switch self {
    case .sql(let batch): batch.how
    case .command(let command): "runs \(command.program.rawValue)"
    case .file: nil
    case .http(let call): call.title
    }
  }
}

extension SQLBatch {
  var how: String {
    let unit = isTransaction ? "one transaction" : "no transaction"
    let lock = "lock timeout \(duration(milliseconds: lockTimeoutMilliseconds))"
    return
      "\(unit) in \(named(database)), \(lock), statement timeout \(duration(milliseconds: statementTimeoutMilliseconds))"
  }
}

extension SQLStatement {
  var shown: String {
    switch self {
    case .text(let sql): sql.text + (sql.text.hasSuffix(";") ? "" : ";")
    case .password(let role, let reference):
      "set the password of \(named(role)) from \(reference), as a SCRAM verifier"
    }
  }
}

extension Command {
  var shown: String {
    let path = (binaries.map { $0 + "/" } ?? "") + program.rawValue
    let settings = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\(quotedForShell($0.value))" }
    return (settings + [path] + arguments.map(quotedForShell)).joined(separator: " ")
  }
}

extension [FilePart] {
  var shown: String {
    map { part in
      switch part {
      case .literal(let text): text
      case .secret(let reference): "<secret: \(reference)>"
      }
    }.joined()
  }
}

private func quotedForShell(_ word: String) -> String {
  let isPlain =
    !word.isEmpty
    && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./=:,@+%".contains($0)) }
  return isPlain
    ? word
    : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

extension HTTPCall {
  /// `rds ModifyDBInstance in eu-west-1`.
  var title: String {
    let action = form.first { $0.name == "Action" }?.shown ?? "\(method) \(path)"
    return "\(endpoint) \(action)" + (region.map { " in \($0)" } ?? "") + (account.map { " of account \($0)" } ?? "")
  }
}

extension HTTPField {
  var shown: String {
    switch value {
    case .literal(let text): text
    case .secret(let reference): "<\(reference)>"
    case .timestamped(let prefix): "\(prefix)<time>"
    case .newestSnapshot(let source, let prefix): "\(prefix)<newest snapshot of \(source.identifier)>"
    }
  }
}
