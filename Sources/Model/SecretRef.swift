/// Where a secret is kept. A reference may be shown, saved and hashed; what it refers to never is.
package enum SecretRef: Hashable, Sendable, Codable, CustomStringConvertible {
  case environment(variable: String)
  case file(path: String)

  package var description: String {
    switch self {
    case .environment(let variable): "env \(variable)"
    case .file(let path): "file \(path)"
    }
  }
}
