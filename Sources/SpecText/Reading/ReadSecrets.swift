import Model
import YAML

extension SecretRef {
  /// Reads a reference, its variables not yet put in; `nil` for what is none.
  init?(reference node: Node) {
    if let variable = node.text("env") {
      self = .environment(variable: variable)
    } else if let path = node.text("file") {
      self = .file(path: path)
    } else if let id = node.text("aws_secret") {
      self = .awsSecret(id: id, key: node.text("key"), platform: nil)
    } else {
      return nil
    }
  }

  func substituting(_ variables: SecretVariables) -> SecretRef {
    let values = variables.values
    return switch self {
    case .environment(let variable): .environment(variable: substituted(variable, values))
    case .file(let path): .file(path: substituted(path, values))
    case .awsSecret(let id, let key, _):
      .awsSecret(id: substituted(id, values), key: key, platform: variables.account)
    }
  }

  /// Whether it is another secret for another instance.
  var dependsOnInstance: Bool {
    switch self {
    case .environment(let text), .file(let text): text.contains("${")
    case .awsSecret: true  // It is looked for in the account of the instance's platform.
    }
  }
}

extension Node {
  func secret(_ key: String) -> SecretRef? { self[key].flatMap(SecretRef.init(reference:)) }
}
