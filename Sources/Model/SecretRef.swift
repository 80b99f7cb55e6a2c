/// Where a secret is kept. A reference may be shown, saved and hashed; what it refers to never is.
package enum SecretRef: Hashable, Sendable, Codable, CustomStringConvertible {
  case environment(variable: String)
  case file(path: String)
  /// A secret of AWS Secrets Manager, or one member of the JSON object that it holds, as the platform of that name sees it.
  case awsSecret(id: String, key: String?, platform: String?)

  package var description: String {
    switch self {
    case .environment(let variable): "env \(variable)"
    case .file(let path): "file \(path)"
    case .awsSecret(let id, let key, _): "aws_secret \(id)" + (key.map { ", key \($0)" } ?? "")
    }
  }
}
