/// What may be put into the name of a secret.
enum SecretVariable: String, CaseIterable, Sendable, Comparable {
  case instance, platform, role

  var written: String { "${\(rawValue)}" }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What the references of one instance mean.
struct SecretVariables {
  var values: [SecretVariable: String]
  /// The platform whose account is asked for secrets; `nil` where the platform is none of AWS, so that the credentials of
  /// whoever runs Holdfast decide.
  var account: String?
}

/// The first `${…}` of a text that is none of the variables.
func unknownVariable(in text: String, known: Set<SecretVariable>) -> String? {
  var rest = text[...]
  while let start = rest.firstRange(of: "${") {
    let name = rest[start.upperBound...].prefix { $0 != "}" }
    guard let variable = SecretVariable(rawValue: String(name)), known.contains(variable),
      name.endIndex < rest.endIndex
    else {
      return String(rest[start.lowerBound...].prefix { $0 != "}" })
        + (name.endIndex < rest.endIndex ? "}" : "")
    }
    rest = rest[name.endIndex...]
  }
  return nil
}

/// Puts the values in. A value is never looked into again.
func substituted(_ text: String, _ values: [SecretVariable: String]) -> String {
  var (result, rest) = ("", text[...])
  while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
    result += rest[..<start.lowerBound]
    let name = String(rest[start.upperBound..<end])
    result += SecretVariable(rawValue: name).flatMap { values[$0] } ?? String(rest[start.lowerBound...end])
    rest = rest[rest.index(after: end)...]
  }
  return result + rest
}
