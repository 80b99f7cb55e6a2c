import Foundation
import Planner
import TestServers

/// Judges calls by the model of the RDS API that botocore has.
enum RDSRequestValidator {
  /// - Returns: a report on each call that is wrong.
  static func reports(on operations: [Planner.Operation]) async throws -> [String] {
    let directory = try TemporaryDirectory()
    var written: [String] = []
    for (index, operation) in operations.enumerated() {
      guard case .http(let call) = operation else { continue }
      let file = "\(directory.path)/\(index).form"
      try Data(body(of: call).utf8).write(to: URL(fileURLWithPath: file))
      written.append(file)
    }
    let files = written
    let command = [try RDSStandIn.python(), "-B", RDSStandIn.oracles + "/tools/rds_request_validator.py"] + files
    let outcome = try await offThePool {
      try ChildProcess(command, in: directory.path, environment: ChildProcess.environment).wait(timeoutSeconds: 60)
    }
    let reports = outcome.stdout.split(separator: "\n").map(String.init)
    guard outcome.status <= 1, reports.count == files.count else {
      throw TestFailure("the validator failed: \(outcome.stderr)")
    }
    return reports.filter { !$0.contains("\"ok\": true") }
  }

  private static func body(of call: HTTPCall) -> String {
    call.form.map { field in
      let value =
        switch field.value {
        case .literal(let text): text
        case .secret: "correct horse"
        case .timestamped(let prefix): "\(prefix)20261122140311"
        case .newestSnapshot(_, let prefix): "\(prefix)holdfast-orders-20261122140311"
        }
      return "\(encoded(field.name))=\(encoded(value))"
    }.joined(separator: "&")
  }

  private static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
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
      case .newestSnapshot(let source, let prefix): "\(field.name)=\(prefix)<newest of \(source.identifier)>"
      }
    }
    let action = form.first { $0.name == "Action" }.map { $0.value == .literal("") ? "" : "\($0.value)" } ?? ""
    let name = action.split(separator: "\"").dropFirst().first.map(String.init) ?? action
    return ([name] + words).joined(separator: " ") + (region.map { " in \($0)" } ?? "")
      + (account.map { " of \($0)" } ?? "")
  }
}
