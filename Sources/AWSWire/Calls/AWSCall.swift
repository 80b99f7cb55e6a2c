import SQL

/// A service that Holdfast calls.
package enum AWSService: String, Hashable, Sendable, CaseIterable {
  case rds, sts
  case secretsManager = "secretsmanager"

  /// The name in messages.
  package var title: String {
    switch self {
    case .rds: "RDS"
    case .sts: "STS"
    case .secretsManager: "Secrets Manager"
    }
  }
}

/// One call of the query protocol. It may hold a password, so it describes itself by its name alone.
package struct AWSCall: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var service: AWSService
  package var action: String
  package var version: String
  package var fields: AWSFields

  package init(_ service: AWSService, _ action: String, version: String, _ fields: AWSFields = AWSFields()) {
    (self.service, self.action, self.version, self.fields) = (service, action, version, fields)
  }

  package static func rds(_ action: String, _ fields: AWSFields = AWSFields()) -> AWSCall {
    AWSCall(.rds, action, version: "2014-10-31", fields)
  }

  package static func sts(_ action: String, _ fields: AWSFields = AWSFields()) -> AWSCall {
    AWSCall(.sts, action, version: "2011-06-15", fields)
  }

  package var description: String { "\(service.title) \(action)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// The form, its fields sorted by name: equal calls are equal bytes.
  package var form: String {
    let sorted = fields.pairs.sorted { $0.name < $1.name }
    return
      (["Action=\(formEncoded(action))", "Version=\(formEncoded(version))"]
      + sorted.map { "\(formEncoded($0.name))=\(formEncoded($0.value.reveal()))" }).joined(separator: "&")
  }
}
