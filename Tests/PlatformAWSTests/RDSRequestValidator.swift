import Foundation
import Planner
import TestServers

/// Judges calls by the model of the RDS API that botocore has.
enum RDSRequestValidator {
  /// - Returns: a report on each call that is wrong.
  static func reports(on operations: [Planner.Operation]) throws -> [String] {
    let directory = try TemporaryDirectory()
    var files: [String] = []
    for (index, operation) in operations.enumerated() {
      guard case .http(let call) = operation else { continue }
      let file = "\(directory.path)/\(index).form"
      try Data(body(of: call).utf8).write(to: URL(fileURLWithPath: file))
      files.append(file)
    }
    let process = try ChildProcess(
      [try python(), "-B", validator] + files, in: directory.path, environment: ChildProcess.environment)
    let outcome = try process.wait(timeoutSeconds: 60)
    guard outcome.status <= 1, !outcome.stdout.isEmpty else { throw TestFailure("the validator failed: \(outcome.stderr)") }
    return outcome.stdout.split(separator: "\n").map(String.init).filter { !$0.contains("\"ok\": true") }
  }

  private static var validator: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Oracles/tools/rds_request_validator.py").path
  }

  private static func body(of call: HTTPCall) -> String {
    call.form.map { field in
      let value =
        switch field.value {
        case .literal(let text): text
        case .secret: "correct horse"
        case .timestamped(let prefix): "\(prefix)20261122140311"
        }
      return "\(encoded(field.name))=\(encoded(value))"
    }.joined(separator: "&")
  }

  private static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
  }

  private static func python() throws -> String {
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    guard let found = path.map({ "\($0)/python3" }).first(where: FileManager.default.isExecutableFile) else {
      throw TestFailure("no python3 on PATH")
    }
    return found
  }
}

extension HTTPCall {
  /// `ModifyDBInstance ApplyImmediately=true …`, the version left out.
  var text: String {
    let words = form.filter { $0.name != "Version" && $0.name != "Action" }.map { field in
      switch field.value {
      case .literal(let text): "\(field.name)=\(text)"
      case .secret(let reference): "\(field.name)=<\(reference)>"
      case .timestamped(let prefix): "\(field.name)=\(prefix)<time>"
      }
    }
    let action = form.first { $0.name == "Action" }.map { $0.value == .literal("") ? "" : "\($0.value)" } ?? ""
    let name = action.split(separator: "\"").dropFirst().first.map(String.init) ?? action
    return ([name] + words).joined(separator: " ") + (region.map { " in \($0)" } ?? "")
  }
}
