import Model
import YAML

extension Node {
  /// The reference behind a key, its variables not yet put in.
  func secret(_ key: String) -> SecretRef? {
    guard let node = self[key] else { return nil }
    if let variable = node.text("env") { return .environment(variable: variable) }
    return node.text("file").map { .file(path: $0) }
  }
}

extension SecretRef {
  func substituting(_ values: [SecretVariable: String]) -> SecretRef {
    switch self {
    case .environment(let variable): .environment(variable: substituted(variable, values))
    case .file(let path): .file(path: substituted(path, values))
    }
  }
}
