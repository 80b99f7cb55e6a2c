import Model
import SQL
import XML

/// A role to take on top of other credentials.
package struct AssumedRole: Hashable, Sendable {
  package var roleARN: String
  package var externalID: String?
  /// What the audit trail calls the session.
  package var sessionName: String?
  package var durationSeconds: Int?

  package init(
    roleARN: String, externalID: String? = nil, sessionName: String? = nil, durationSeconds: Int? = nil
  ) {
    (self.roleARN, self.externalID) = (roleARN, externalID)
    (self.sessionName, self.durationSeconds) = (sessionName, durationSeconds)
  }

  private var fields: AWSFields {
    var fields = AWSFields(["RoleArn": roleARN, "RoleSessionName": sessionName ?? "holdfast"])
    fields.set("DurationSeconds", durationSeconds)
    return fields
  }

  /// By credentials that may assume it.
  func assume(by client: AWSClient, of base: String) async throws(CredentialFailure) -> AWSCredentials {
    var fields = fields
    fields.set("ExternalId", externalID)
    return try await call(.sts("AssumeRole", fields), client, source: "role \(roleARN), assumed by \(base)")
  }

  /// By a token of an identity provider that the role trusts; the call is not signed.
  func assume(by token: Secret, from file: String, client: AWSClient) async throws(CredentialFailure) -> AWSCredentials
  {
    var fields = fields
    fields.set("WebIdentityToken", secret: token)
    return try await call(
      .sts("AssumeRoleWithWebIdentity", fields), client, source: "role \(roleARN), assumed by the token in \(file)")
  }

  private func call(
    _ call: AWSCall, _ client: AWSClient, source: String
  ) async throws(CredentialFailure) -> AWSCredentials {
    let result: XMLElement
    do { result = try await client.call(call, isWrite: false) } catch {
      throw CredentialFailure(
        message: "cannot assume role \(roleARN): \(error.message)",
        hint: error.hint ?? "check that the role exists and its trust policy allows it", isTransient: error.isTransient)
    }
    guard let parts = result["Credentials"], let accessKeyID = parts.text("AccessKeyId"),
      let secret = parts.text("SecretAccessKey"), let token = parts.text("SessionToken"),
      let expires = parts.text("Expiration").flatMap(moment), !accessKeyID.isEmpty, !secret.isEmpty, !token.isEmpty
    else {
      throw CredentialFailure(
        message: "cannot assume role \(roleARN): the answer holds no credentials", hint: "check the endpoint of STS")
    }
    return AWSCredentials(
      accessKeyID: accessKeyID, secretAccessKey: Secret(secret), sessionToken: Secret(token), expires: expires,
      source: source)
  }
}
