import FoundationEssentials
import Model
import Planner

/// An access review as one JSON document, written piece by piece: a fleet's review needn't fit into memory.
package struct AccessJSON {
  private let question: AccessQuestion
  private var isFirst = true

  package init(_ question: AccessQuestion) { self.question = question }

  /// What stands before the instances; keys are sorted.
  package var opening: String { "{\n  \"formatVersion\": \(jsonFormatVersion),\n  \"instances\": [" }

  package mutating func write(_ access: InstanceAccess, to output: (String) -> Void) {
    output((isFirst ? "" : ",") + "\n    {\"address\": \(jsonLine(access.address.description)), \"grants\": [")
    isFirst = false
    var separator = ""
    for subject in access.subjects {
      var text = ""
      for grant in access.grants(of: subject) {
        text += "\(separator)\n      " + jsonLine(GrantDocument(grant, subject, access))
        separator = ","
      }
      output(text)
    }
    output("\n    ], \"notes\": \(jsonLine(access.notes)), \"roles\": [")
    output(access.subjects.map { "\n      " + jsonLine(RoleDocument($0)) }.joined(separator: ","))
    output("\n    ], \"summary\": \(jsonLine(access.summary))}")
  }

  package func closing(notReviewed: [NotPlanned], exitStatus: Int) -> String {
    let rest: [(String, String)] = [
      ("kind", jsonLine("access")), ("notReviewed", jsonLine(notReviewed.map(NotPlannedDocument.init))),
      ("objects", jsonLine(question.objects)), ("observedAt", jsonLine(question.observedAt.rfc3339)),
      ("only", jsonLine(question.only)), ("roles", jsonLine(question.roles)), ("exitStatus", "\(exitStatus)"),
      ("toolVersion", jsonLine(question.toolVersion)),
    ]
    return "\n  ],\n" + rest.sorted { $0.0 < $1.0 }.map { "  \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n}\n"
  }
}

private struct RoleDocument: Encodable {
  let role: String
  let login: Bool
  let expires: String?

  init(_ subject: InstanceAccess.Subject) {
    (role, login) = (subject.grantee.description, subject.mayLogIn)
    expires = subject.expires?.rfc3339
  }
}

private struct GrantDocument: Encodable {
  let role: String
  let privileges: [String]
  let grantOption: [String]
  /// Left out where it is everything.
  let objects: ObjectsDocument?
  let allOfKind: Bool
  let how: String
  let through: [String]
  let afterSetRole: String?
  let grantor: String?
  let missing: [String]
  let expires: String?

  init(_ grant: EffectiveGrant, _ subject: InstanceAccess.Subject, _ access: InstanceAccess) {
    role = subject.grantee.description
    (privileges, objects, allOfKind) = (
      grant.privileges.keywords, grant.objects.map(ObjectsDocument.init), grant.isWhole
    )
    grantOption = grant.way == .owner ? [] : grant.grantable.keywords
    (how, through, afterSetRole) = (grant.way.word, grant.path.roles, grant.path.afterSetRole)
    (grantor, missing) = (grant.grantor, grant.missing.map { $0.rawValue.uppercased() })
    expires = access.end(of: grant, for: subject)?.rfc3339
  }
}

/// One value on one line.
private func jsonLine(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  } catch {
    preconditionFailure("a document of ours does not encode: \(error)")
  }
}
