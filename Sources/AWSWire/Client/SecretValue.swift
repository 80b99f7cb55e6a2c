import FoundationEssentials
import HTTP
import SQL

extension AWSClient {
  /// A secret that Secrets Manager keeps.
  ///
  /// - Parameter id: its name or ARN.
  /// - Parameter key: the member to take of a secret that is a JSON object; `nil` for the whole text.
  /// - Parameter versionStage: `nil` for `AWSCURRENT`.
  /// - Errors: `AWSFailure`, without anything of the secret.
  package func secretValue(
    id: String, key: String? = nil, versionStage: String? = nil
  ) async throws(AWSFailure) -> Secret {
    let answers = JSONAnswers(service: .secretsManager, action: "GetSecretValue", isWrite: false)
    var request = HTTPRequest(method: "POST", url: endpoints.url(of: .secretsManager), isSafeToRepeat: true)
    request.headers = [
      HTTPHeader("content-type", "application/x-amz-json-1.1"),
      HTTPHeader("x-amz-target", "secretsmanager.GetSecretValue"),
    ]
    request.body = body(id: id, versionStage: versionStage)
    let members = try answers.result(try await send(request, answers))
    guard let text = members.text("SecretString") else {
      throw failure("secret `\(id)` holds no text", hint: "secrets that hold bytes are not supported by this version")
    }
    guard let key else { return Secret(text) }
    return try member(key, of: text, id: id)
  }

  private func member(_ key: String, of text: String, id: String) throws(AWSFailure) -> Secret {
    let members: [String: JSONMember]
    do { members = try readJSONObject(Array(text.utf8)) } catch {
      throw failure(
        "secret `\(id)` has no members: \(error.message)", hint: "leave `key` out to use the whole of it")
    }
    switch members[key] {
    case .text(let value)?: return Secret(value)
    case .whole(let value)?: return Secret("\(value)")
    case .truth, .null, .other: throw failure("`\(key)` of secret `\(id)` is not a text", hint: nil)
    case nil:
      throw failure("secret `\(id)` has no `\(key)`", hint: "`aws secretsmanager get-secret-value` shows what it has")
    }
  }

  private func failure(_ detail: String, hint: String?) -> AWSFailure {
    AWSFailure(.refused, service: .secretsManager, action: "GetSecretValue", detail: detail, hint: hint)
  }
}

/// Sorted, so that equal calls are equal bytes.
private func body(id: String, versionStage: String?) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  let members = ["SecretId": id, "VersionStage": versionStage].compactMapValues(\.self)
  guard let data = try? encoder.encode(members) else { preconditionFailure("texts can always be written as JSON") }
  return Array(data)
}
