import Model
import Planner
import PlatformKit
import PostgresCatalog
import SQL
import Testing

/// What is known of a batch that failed, at each place where it can fail.
@Suite struct BatchRunnerTests {
  private static let password = SQLStatement.password(role: "r", reference: .environment(variable: "P"))

  @Test func aTransactionIsOneMessage() async throws {
    let connection = ScriptedConnection(failing: [:])
    try await run([.text("A"), .text("B")], over: connection)
    #expect(
      await connection.messages == [
        "BEGIN; SET LOCAL lock_timeout TO 5000; SET LOCAL statement_timeout TO 60000; "
          + "SET LOCAL search_path TO public; A; B; COMMIT"
      ])
  }

  @Test func aPasswordIsAMessageOfItsOwn() async throws {
    let connection = ScriptedConnection(failing: [:])
    try await run([.text("A"), Self.password], over: connection)
    #expect(
      await connection.messages.map { $0.split(separator: ";").last ?? "" } == [
        " A", "password of r", "COMMIT",
      ])
  }

  @Test(
    arguments: [
      // Lost before the message that commits: the server has rolled back.
      ([.text("A"), password], 0, SQLFailure.Kind.connectionLost, true),
      ([.text("A"), password], 1, .connectionLost, true),
      // Lost with COMMIT under way: nobody knows.
      ([.text("A"), password], 2, .connectionLost, false),
      ([.text("A")], 0, .connectionLost, false),
      ([.text("A")], 0, .server, true), ([.text("A")], 0, .timedOut, true),
      ([.text("A")], 0, .cancelled, true),
    ] as [([SQLStatement], Int, SQLFailure.Kind, Bool)])
  func inATransaction(statements: [SQLStatement], failing: Int, kind: SQLFailure.Kind, leftNothing: Bool)
    async
  {
    let connection = ScriptedConnection(failing: [failing: kind])
    let failure = await #expect(throws: ApplyFailure.self) { try await run(statements, over: connection) }
    #expect(failure?.leftNothing == leftNothing)
  }

  @Test(arguments: [(0, true), (1, true), (2, false)])
  func oneByOne(failing: Int, leftNothing: Bool) async {
    let connection = ScriptedConnection(failing: [failing: .server])
    let failure = await #expect(throws: ApplyFailure.self) {
      try await run([.text("A"), .text("B")], isTransaction: false, over: connection)
    }
    #expect(failure?.leftNothing == leftNothing)
  }

  private func run(
    _ statements: [SQLStatement], isTransaction: Bool = true, over connection: ScriptedConnection
  ) async throws(ApplyFailure) {
    try await SQLBatchRunner(secrets: FixedSecrets(), protectsPasswords: true).run(
      SQLBatch(database: "d", isTransaction: isTransaction, statements: statements), over: connection)
  }
}

/// Notes what is sent, and fails at the messages that it is told to.
private actor ScriptedConnection: SQLConnection {
  private(set) var messages: [String] = []
  private let failing: [Int: SQLFailure.Kind]

  init(failing: [Int: SQLFailure.Kind]) { self.failing = failing }

  var serverVersion: Int { 150_000 }
  var isUsable: Bool { true }

  func query(_ statement: SQLText) async throws(SQLFailure) -> SQLRows { try note(statement.text) }

  func script(_ statements: [SQLText]) async throws(SQLFailure) -> [SQLRows] {
    [try note(statements.map(\.text).joined(separator: "; "))]
  }

  func setPassword(role: String, password: Secret, protecting: Bool) async throws(SQLFailure) {
    _ = try note("password of \(role)")
  }

  func close() async {}

  private func note(_ message: String) throws(SQLFailure) -> SQLRows {
    let index = messages.count
    messages.append(message)
    if let kind = failing[index] { throw SQLFailure(kind, message: "told to", endpoint: "nowhere") }
    return SQLRows(columns: [], rows: [])
  }
}
