import Model
import Planner
import SQL

/// One step of a plan, for machines.
struct StepDocument: Encodable {
  let id: Int
  let phase: String
  let title: String
  let timing: String
  let needs: [Int]
  let deadlineSeconds: Int
  let undo: UndoDocument
  let hazards: [HazardDocument]
  let operations: [OperationDocument]

  init(_ step: Step) {
    (id, phase, title, needs) = (step.id, step.phase.rawValue, step.title, step.needs)
    (deadlineSeconds, undo) = (step.deadlineSeconds, UndoDocument(step.reverse))
    timing =
      switch step.timing {
      case .now: "now"
      case .nowWithRestart: "nowWithRestart"
      case .newSessions: "newSessions"
      case .nextRestart: "nextRestart"
      case .inWindow: "inWindow"
      }
    hazards = step.hazards.map(HazardDocument.init)
    operations = step.work.operations.map { OperationDocument($0) }
  }
}

struct UndoDocument: Encodable {
  let kind: String
  let lost: String?
  let because: String?
  let operations: [OperationDocument]

  init(_ reverse: Reverse) {
    switch reverse {
    case .exact(let work):
      (kind, lost, because, operations) = ("exact", nil, nil, work.map { OperationDocument($0) })
    case .partial(let work, let text):
      (kind, lost, because, operations) = ("partial", text, nil, work.map { OperationDocument($0) })
    case .forwardOnly(let text): (kind, lost, because, operations) = ("none", nil, text, [])
    }
  }
}

struct HazardDocument: Encodable {
  let kind: String
  let address: String
  let message: String
  let allow: String

  init(_ hazard: Hazard) {
    (kind, address) = (hazard.kind.rawValue, hazard.address.description)
    (message, allow) = (hazard.message, allowFlag(hazard))
  }
}

/// What runs; which of the keys are there goes by `kind`.
struct OperationDocument: Encodable {
  let kind: String
  var database: String?
  var transaction: Bool?
  var lockTimeoutMilliseconds: Int?
  var statementTimeoutMilliseconds: Int?
  var statements: [String]?
  var program: String?
  var arguments: [String]?
  var environment: [String: String]?
  var runAs: String?
  var timeoutSeconds: Int?
  var action: String?
  var path: String?
  var to: String?
  var mode: String?
  var owner: String?
  var content: String?
  var endpoint: String?
  var region: String?
  var account: String?
  var method: String?
  var form: [FormField]?

  struct FormField: Encodable {
    var name: String
    var value: String
  }

  init(_ operation: Operation) {
    switch operation {
    case .sql(let batch):
      kind = "sql"
      (database, transaction) = (batch.database, batch.isTransaction)
      lockTimeoutMilliseconds = batch.lockTimeoutMilliseconds
      statementTimeoutMilliseconds = batch.statementTimeoutMilliseconds
      statements = batch.statements.map(\.shown)
    case .command(let command):
      kind = "command"
      program = (command.binaries.map { $0 + "/" } ?? "") + command.program.rawValue
      (arguments, environment) = (command.arguments, command.environment)
      (runAs, timeoutSeconds) = (command.runAs, command.timeoutSeconds)
    case .file(let change):
      kind = "file"
      file(change)
    case .http(let call):
      kind = "http"
      (endpoint, region, account) = (call.endpoint, call.region, call.account)
      (method, path) = (call.method, call.path)
      form = call.form.map { FormField(name: $0.name, value: $0.shown) }
    }
  }

  private mutating func file(_ change: FileChange) {
    switch change {
    case .write(let path, let parts, let mode, let owner):
      (action, self.path, content, self.mode, self.owner) = ("write", path, parts.shown, mode, owner)
    case .lastLine(let path, let line, let owner):
      (action, self.path, content, self.owner) = ("lastLine", path, line, owner)
    case .move(let from, let to): (action, path, self.to) = ("move", from, to)
    case .makeDirectory(let path, let mode, let owner):
      (action, self.path, self.mode, self.owner) = ("makeDirectory", path, mode, owner)
    case .removeTree(let path): (action, self.path) = ("removeTree", path)
    }
  }
}
