import Model
import SQL

/// Asks the server what expressions on a table mean, in transactions that only read.
///
/// The server keeps an expression as a tree and shows it as `pg_get_expr` writes it: `tenant = current_setting('a.b')::int`
/// comes back as `(tenant = (current_setting('a.b'::text))::integer)`. So both forms go through the planner, which reads
/// them by the same rules and folds what is constant, and the plans are compared. They are never run.
///
/// - Shape: only tables with a text that no policy of theirs has in the server's form are in the result.
/// - Parameter wanted: by table, the texts of others; each has passed `SQLExpression`.
/// - Errors: `SQLFailure` where the connection was lost. What the server refuses is in the readings.
func readExpressions(
  _ wanted: [TableName: Set<String>], on tables: [TableName: RowSecurity], over connection: any SQLConnection
) async throws(SQLFailure) -> [TableName: ExpressionReadings] {
  let inquiries = wanted.sorted { $0.key < $1.key }.compactMap { table, texts in
    tables[table].flatMap { Inquiry(table, texts, $0) }
  }
  guard !inquiries.isEmpty else { return [:] }
  return try await ExpressionReading(inquiries: inquiries, connection: connection).read()
}

/// The expressions of one table.
private struct Inquiry {
  let table: TableName
  /// As the server writes its own.
  let forms: [String]
  /// As somebody else wrote them; none of them is in `forms`.
  let others: [String]

  /// `nil` where there is nothing to ask.
  init?(_ table: TableName, _ texts: Set<String>, _ existing: RowSecurity) {
    self.table = table
    forms = Set(existing.policies.values.flatMap { [$0.using, $0.check].compactMap { $0 } }).sorted()
    let known = Set(forms.map(squeezed))
    others = texts.filter { !known.contains(squeezed($0)) && SQLExpression($0) != nil }.sorted()
    if others.isEmpty { return nil }
  }

  var questions: [Question] { (forms + others).map { Question(table: table, text: $0) } }
}

private struct Question: Hashable {
  var table: TableName
  var text: String
}

/// What came of one question.
private enum Answer: Hashable {
  /// As bytes: texts in quotes may differ in the spelling of their characters alone.
  case plan([UInt8])
  /// A plan that doesn't show all that the expression says.
  case veiled
  case refused(SQLFailure)

  var isRefused: Bool { if case .refused = self { true } else { false } }
}

private struct ExpressionReading {
  /// Questions a message: where one is refused, all of its message are asked again without it.
  static let width = 50

  let inquiries: [Inquiry]
  let connection: any SQLConnection

  func read() async throws(SQLFailure) -> [TableName: ExpressionReadings] {
    let answers = try await plans()
    var readings: [TableName: ExpressionReadings] = [:]
    for inquiry in inquiries { readings[inquiry.table] = compare(inquiry, answers) }
    for (question, failure) in try await mistakes(readings) {
      readings[question.table]?.refused[question.text] = failure.reason
      readings[question.table]?.unknown[question.text] = nil
    }
    return readings
  }

  private func compare(_ inquiry: Inquiry, _ answers: [Question: Answer]) -> ExpressionReadings {
    var (readings, first): (ExpressionReadings, [Answer: String]) = (ExpressionReadings(), [:])
    for question in inquiry.questions {
      switch answers[question] {
      case .plan(let plan):
        if let same = first[.plan(plan)] {
          readings.meanings[question.text] = same
        } else {
          first[.plan(plan)] = question.text
        }
      case .veiled:
        readings.unknown[question.text] = "it holds LIMIT, DISTINCT ON or a window, and plans don't show those whole"
      case .refused(let failure): readings.unknown[question.text] = failure.reason
      case nil: continue
      }
    }
    return readings
  }

  /// What the server doesn't take for a condition, of those that mean nothing that it has already. To be parsed is enough to
  /// know: to be planned may take rights, and values of settings, that this session hasn't got.
  private func mistakes(_ readings: [TableName: ExpressionReadings]) async throws(SQLFailure) -> [Question: SQLFailure]
  {
    let news = inquiries.flatMap { inquiry in
      inquiry.others.filter { readings[inquiry.table]?.meanings[$0].map { !inquiry.forms.contains($0) } ?? true }
        .map { Question(table: inquiry.table, text: $0) }
    }
    let answers = try await ask(news) { table, text in
      [
        "PREPARE holdfast_expression AS SELECT 1 FROM ONLY \(qualified: [table.schema, table.name]) WHERE (\(expression: text))",
        "DEALLOCATE holdfast_expression",
      ]
    }
    return answers.compactMapValues { answer in
      if case .refused(let failure) = answer, failure.blamesExpression { failure } else { nil }
    }
  }

  /// All of one table are asked in one way, so that equal plans mean equal expressions: of the two ways in the one that
  /// answers most.
  private func plans() async throws(SQLFailure) -> [Question: Answer] {
    var answers = try await plans(of: inquiries.flatMap(\.questions), from: rowsWithoutTable)
    let count = { (inquiry: Inquiry, answers: [Question: Answer]) in
      inquiry.questions.count { answers[$0]?.isRefused ?? true }
    }
    let unclear = inquiries.filter { count($0, answers) > 0 }
    guard !unclear.isEmpty else { return answers }
    let real = try await plans(of: unclear.flatMap(\.questions)) { "ONLY \(qualified: [$0.schema, $0.name])" }
    for inquiry in unclear where count(inquiry, real) < count(inquiry, answers) {
      for question in inquiry.questions { answers[question] = real[question] }
    }
    return answers
  }

  /// Rows of the table's type from nowhere: no right to read the table is needed, its own policies don't come in between,
  /// and no lock on it is taken. It has no system columns, and no name with a schema.
  private func rowsWithoutTable(_ table: TableName) -> SQLText {
    let type: SQLText = "\(qualified: [table.schema, table.name])"
    return "json_populate_record(NULL::\(sql: type), '{}'::json) AS \(identifier: table.name)"
  }

  /// In the list of a SELECT and not behind WHERE: there the planner would evaluate `current_setting` to guess how many
  /// rows there are, and fail where the setting has no value. In a subquery it does so anyhow, so that the settings which
  /// the texts name get values for the while: one is tried after the other.
  private func plans(
    of questions: [Question], from source: (TableName) -> SQLText
  ) async throws(SQLFailure) -> [Question: Answer] {
    var answers: [Question: Answer] = [:]
    var rest = questions
    let settings = Set(questions.flatMap { settingNames($0.text) }).sorted()
    for value in settings.isEmpty ? [""] : Self.sampleValues {
      let fixed: [SQLText] = settings.map { "SELECT set_config(\(literal: $0), \(literal: value), true)" }
      let found = try await ask(rest, after: fixed) { table, text in
        ["EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT (\(expression: text)) IS TRUE FROM \(sql: source(table))"]
      }
      answers.merge(found) { old, new in new.isRefused ? old : new }
      rest = rest.filter { answers[$0]?.isRefused ?? true }
      if rest.isEmpty { break }
    }
    return answers
  }

  /// What a setting may have to look like: a number, a UUID, a name, a moment, an array.
  private static let sampleValues = ["1", "00000000-0000-0000-0000-000000000000", "postgres", "2000-01-01", "{}"]

  private func ask(
    _ questions: [Question], after fixed: [SQLText] = [], _ statements: (TableName, SQLExpression) -> [SQLText]
  ) async throws(SQLFailure) -> [Question: Answer] {
    var answers: [Question: Answer] = [:]
    var rest = questions[...]
    while !rest.isEmpty {
      let found = try await askTogether(Array(rest.prefix(Self.width)), after: fixed, statements)
      answers.merge(found) { $1 }
      rest = rest.dropFirst(Self.width)
    }
    return answers
  }

  /// Sends the statements of all questions as one message; where one is refused, again without its own.
  private func askTogether(
    _ questions: [Question], after fixed: [SQLText], _ statements: (TableName, SQLExpression) -> [SQLText]
  ) async throws(SQLFailure) -> [Question: Answer] {
    var answers: [Question: Answer] = [:]
    var rest = questions
    while !rest.isEmpty {
      let parts = rest.map { question in SQLExpression(question.text).map { statements(question.table, $0) } ?? [] }
      do throws(SQLFailure) {
        let rows = try await readTransaction(over: connection, fixed + parts.flatMap { $0 })
        var index = fixed.count
        for (question, part) in zip(rest, parts) {
          answers[question] = answer(rows[index].firstCell ?? "")
          index += part.count
        }
        return answers
      } catch {
        if error.kind == .connectionLost || error.kind == .cancelled { throw error }
        _ = try await connection.query("ROLLBACK")
        guard let position = position(of: error, after: fixed.count, parts.map(\.count)) else {
          for question in rest { answers[question] = .refused(error) }
          return answers
        }
        answers[rest.remove(at: position)] = .refused(error)
      }
    }
    return answers
  }

  /// Which of the texts a failure is about.
  private func position(of failure: SQLFailure, after fixed: Int, _ counts: [Int]) -> Int? {
    guard let index = failure.statementIndex else { return counts.count == 1 ? 0 : nil }
    var end = readOpeningCount + fixed
    guard index >= end else { return nil }
    for (position, count) in counts.enumerated() {
      end += count
      if index < end { return position }
    }
    return nil
  }

  /// EXPLAIN shows neither the counts of LIMIT and OFFSET nor the columns of DISTINCT ON, and frames of windows only from 18 on.
  ///
  /// - Source: `explain.c`, `ExplainNode()`; seen on 15.20.
  private func answer(_ plan: String) -> Answer {
    let veils = ["Limit", "Unique", "WindowAgg"]
    if veils.contains(where: { plan.contains("\"Node Type\": \"\($0)\"") }) { return .veiled }
    return .plan(Array(withoutIdentifier(plan).utf8))
  }

  /// The identifier of the query tells apart what the plan doesn't.
  private func withoutIdentifier(_ plan: String) -> String {
    plan.split(separator: "\n").filter { !$0.contains("\"Query Identifier\": ") }.joined(separator: "\n")
  }
}

/// The settings of the author's own that an expression asks for: those with a dot in their name.
private func settingNames(_ text: String) -> [String] {
  var names: [String] = []
  var rest = text[...]
  while let range = rest.range(of: "current_setting") {
    rest = rest[range.upperBound...].drop { $0.isWhitespace || $0 == "(" }
    guard rest.first == "'" else { continue }
    let name = rest.dropFirst().prefix { $0 != "'" }
    if name.contains(".") { names.append(String(name)) }
  }
  return names
}

extension Substring {
  fileprivate func range(of word: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
      start = index(after: start)
    }
    return nil
  }
}

extension SQLFailure {
  /// The text itself is wrong, not our rights or the moment: syntax, names, types, what isn't allowed there.
  fileprivate var blamesExpression: Bool {
    guard let sqlState, sqlState != "42501" else { return false }
    return ["42", "22", "0A", "3F"].contains { sqlState.hasPrefix($0) }
  }

  fileprivate var reason: String { message + (hint.map { " (\($0))" } ?? "") }
}
