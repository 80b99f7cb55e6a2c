import Model

/// A parameter group whose values become a `Parameters` document.
struct ImportedGroup {
  let name: String
  let family: String
  private(set) var values = YAMLMapping(.block)
  /// Parameters that the language can't say, each with the reason. What is in the group stays as it is then.
  private(set) var unsaid: [String] = []

  /// `nil` where the instance has the cloud's own default, which nobody can change.
  init?(of instance: ImportedInstance) {
    guard let group = instance.managed.group, !group.name.hasPrefix("default.") else { return nil }
    (name, family) = (group.name, group.family)
    for (parameter, value) in instance.observed.layer.sorted(by: { $0.key < $1.key }) {
      add(parameter, value, instance.observed.parameters[parameter]?.definition)
    }
  }

  private mutating func add(_ parameter: String, _ value: String, _ definition: ParameterDefinition?) {
    if SecretParameters.contains(parameter) {
      unsaid.append("\(parameter) (it may hold a secret)")
    } else if let fault = TextKind.parameterName.fault(in: parameter) ?? TextKind.words.fault(in: value) {
      unsaid.append("\(parameter) (its text \(fault.message))")
    } else if definition?.context == .internal || reservedParameter(parameter, on: .aws) != nil {
      unsaid.append("\(parameter) (RDS sets it itself)")
    } else {
      values.add(parameter, writtenParameter(value, of: parameter, definition))
    }
  }

  func document(named name: String) -> YAMLMapping { parametersDocument(name, values) }

  /// Whether it serves the version that the instance has or waits for: the specs can't ask for another family than that.
  func serves(_ version: ServerVersion) -> Bool { family.drop { !$0.isNumber } == "\(version.major)" }

  /// Whether Holdfast itself made it for this instance: then the specs don't name it.
  func isOwn(of instance: ImportedInstance) -> Bool {
    name == DesiredManaged.ownGroup(of: instance.name.identifier, family: family)
  }
}
