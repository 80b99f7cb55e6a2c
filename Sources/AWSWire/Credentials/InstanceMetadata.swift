import HTTP

/// The credentials of an EC2 instance's role, by version 2 of its metadata service alone.
///
/// - Source: Amazon EC2 User Guide, "Use IMDSv2", read 2026-11-22.
struct InstanceMetadata {
  /// Why there are none; the search goes on.
  enum Absence: Error {
    case off
    case nothing(String)
  }

  let environment: [String: String]
  let http: any HTTPClient

  func find() async throws(CredentialFailure) -> Result<AWSCredentials, Absence> {
    if isTrue(environment["AWS_EC2_METADATA_DISABLED"]) { return .failure(.off) }
    let base = try address()
    let source = "the instance's role at \(base.origin)"
    guard let token = await text(of: tokenRequest(base)) else {
      return .failure(.nothing("nothing answers at \(base.origin)"))
    }
    guard let role = await text(of: get(base, rolePath, token))?.split(whereSeparator: \.isNewline).first,
      isRoleName(role)
    else { return .failure(.nothing("the instance has no role")) }
    guard let response = await answer(get(base, rolePath + role, token)), response.status == 200 else {
      return .failure(.nothing("the credentials of role \(role) can't be had from \(base.origin)"))
    }
    return .success(try metadataCredentials(response, source: source))
  }

  private func address() throws(CredentialFailure) -> HTTPURL {
    let isIPv6 = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
    let own = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
    do { return try HTTPURL(endpoint: own ?? (isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")) } catch {
      throw CredentialFailure(message: "AWS_EC2_METADATA_SERVICE_ENDPOINT: \(error.message)", hint: error.hint)
    }
  }

  private func tokenRequest(_ base: HTTPURL) -> HTTPRequest {
    request("PUT", base, "latest/api/token", HTTPHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600"))
  }

  private func get(_ base: HTTPURL, _ path: String, _ token: String) -> HTTPRequest {
    request("GET", base, path, HTTPHeader("x-aws-ec2-metadata-token", token))
  }

  private func request(_ method: String, _ base: HTTPURL, _ path: String, _ header: HTTPHeader) -> HTTPRequest {
    var url = base
    url.path = (base.path.hasSuffix("/") ? base.path : "\(base.path)/") + path
    return HTTPRequest(method: method, url: url, headers: [header], limits: metadataLimits, isSafeToRepeat: true)
  }

  private func answer(_ request: HTTPRequest) async -> HTTPResponse? {
    do throws(HTTPFailure) { return try await sendTwice(request, http) } catch { return nil }
  }

  private func text(of request: HTTPRequest) async -> String? {
    guard let response = await answer(request), response.status == 200,
      let text = String(validating: response.body, as: UTF8.self), !text.isEmpty,
      text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A })
    else { return nil }
    return text
  }
}

private let rolePath = "latest/meta-data/iam/security-credentials/"

/// It becomes part of a path.
private func isRoleName(_ text: Substring) -> Bool {
  text.utf8.allSatisfy { byte in
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "_+=,.@-".utf8.contains(byte)
    }
  }
}
