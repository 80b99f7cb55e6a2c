import Model
import YAML

extension SecretRef {
  /// Reads a reference, its variables not yet put in; `nil` for what is none.
  init?(reference node: Node) {
    if let variable = node.text("env") {
      self = .environment(variable: variable)
    } else if let path = node.text("file") {
      self = .file(path: path)
    } else {
      return nil
    }
  }

  func substituting(_ values: [SecretVariable: String]) -> SecretRef {
    switch self {
    case .environment(let variable): .environment(variable: substituted(variable, values))
    case .file(let path): .file(path: substituted(path, values))
    case .awsSecret(let id, let key, _):
      .awsSecret(id: substituted(id, values), key: key, platform: values[.platform])
    }
  }
}

extension Node {
  func secret(_ key: String) -> SecretRef? { self[key].flatMap(SecretRef.init(reference:)) }
}
