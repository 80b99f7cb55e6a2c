import HTTP
import Model
import PlatformKit
import SQL

/// Signs requests with Signature Version 4.
///
/// Ours, because libcurl's errs on unsorted queries and escaped paths and its clock can't be set.
package struct Signer: Sendable {
  /// What a signature is good for.
  package struct Scope: Hashable, Sendable {
    /// The signing name: `rds`, `rds-db`.
    package var service: String
    package var region: String

    package init(service: String, region: String) { (self.service, self.region) = (service, region) }
  }

  private let hashing: any Hashing

  package init(hashing: any Hashing) { self.hashing = hashing }

  /// The request with its date, its session token where there is one, and its signature.
  ///
  /// A second signing replaces the first: each attempt is signed at its own time.
  package func sign(
    _ request: HTTPRequest, for scope: Scope, with credentials: AWSCredentials, at now: Timestamp
  ) -> HTTPRequest {
    var signed = request
    signed.headers.removeAll { ["authorization", "x-amz-date", "x-amz-security-token"].contains($0.name) }
    signed.headers.append(HTTPHeader("x-amz-date", SigningTime(now).text))
    if let token = credentials.sessionToken {
      signed.headers.append(HTTPHeader("x-amz-security-token", token.reveal()))
    }
    let canonical = CanonicalRequest(signed, bodyHash: hash(signed.body))
    let signature = signature(of: stringToSign(canonical, scope, now), scope, credentials, now)
    let credential = "\(credentials.accessKeyID)/\(credentialScope(scope, now))"
    signed.headers.append(
      HTTPHeader(
        "authorization",
        "\(algorithm) Credential=\(credential), SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"))
    return signed
  }

  /// The address with the signature in its query, good for `expiresSeconds` from now on.
  package func presign(
    _ url: HTTPURL, for scope: Scope, with credentials: AWSCredentials, at now: Timestamp, expiresSeconds: Int
  ) -> HTTPURL {
    var fields = [
      ("X-Amz-Algorithm", algorithm),
      ("X-Amz-Credential", "\(credentials.accessKeyID)/\(credentialScope(scope, now))"),
      ("X-Amz-Date", SigningTime(now).text), ("X-Amz-Expires", "\(expiresSeconds)"), ("X-Amz-SignedHeaders", "host"),
    ]
    if let token = credentials.sessionToken { fields.append(("X-Amz-Security-Token", token.reveal())) }
    let added = fields.map { "\($0.0)=\(percentEncoded($0.1.utf8))" }
    var presigned = url
    presigned.query = ((url.query.map { [$0] } ?? []) + added).joined(separator: "&")
    let canonical = CanonicalRequest(
      HTTPRequest(method: "GET", url: presigned, isSafeToRepeat: true), bodyHash: hash([]))
    let signature = signature(of: stringToSign(canonical, scope, now), scope, credentials, now)
    presigned.query! += "&X-Amz-Signature=\(signature)"  // set above
    return presigned
  }

  /// The password by which a database user logs in who has the role `rds_iam`; good for 15 minutes.
  ///
  /// - Source: Amazon RDS User Guide, "Connecting to your DB instance using IAM authentication", read 2026-11-22.
  package func databaseToken(
    host: String, port: Int, user: String, region: String, credentials: AWSCredentials, now: Timestamp
  ) -> Secret {
    let connect = HTTPURL(
      scheme: .https, host: host, port: port, query: "Action=connect&DBUser=\(percentEncoded(user.utf8))")
    let url = presign(
      connect, for: Scope(service: "rds-db", region: region), with: credentials, at: now, expiresSeconds: 900)
    return Secret("\(url.authority)\(url.path)?\(url.query ?? "")")
  }

  func stringToSign(_ canonical: CanonicalRequest, _ scope: Scope, _ now: Timestamp) -> String {
    [
      algorithm, SigningTime(now).text, credentialScope(scope, now), hash(Array(canonical.text.utf8)),
    ].joined(separator: "\n")
  }

  func hash(_ bytes: [UInt8]) -> String { lowercaseHexadecimal(hashing.sha256(bytes)) }

  private func signature(
    of text: String, _ scope: Scope, _ credentials: AWSCredentials, _ now: Timestamp
  ) -> String {
    var key = Array("AWS4\(credentials.secretAccessKey.reveal())".utf8)
    for part in [SigningTime(now).date, scope.region, scope.service, "aws4_request"] {
      key = hashing.hmacSHA256(key: key, Array(part.utf8))
    }
    return lowercaseHexadecimal(hashing.hmacSHA256(key: key, Array(text.utf8)))
  }
}

private let algorithm = "AWS4-HMAC-SHA256"

private func credentialScope(_ scope: Signer.Scope, _ now: Timestamp) -> String {
  "\(SigningTime(now).date)/\(scope.region)/\(scope.service)/aws4_request"
}

/// A moment as signatures have it: `20150830T123600Z`.
private struct SigningTime {
  let date: String
  let text: String

  init(_ moment: Timestamp) {
    // Signatures are made in our days: no clock is before 1970.
    let (day, second) = moment.seconds.quotientAndRemainder(dividingBy: 86_400)
    date = "\(CivilDate(daysSince1970: day))".split(separator: "-").joined()
    text = "\(date)T\(two(second / 3600))\(two(second / 60 % 60))\(two(second % 60))Z"
  }
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
