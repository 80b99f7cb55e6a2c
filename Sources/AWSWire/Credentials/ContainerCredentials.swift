import HTTP
import PlatformKit

/// The credentials of an ECS task or an EKS pod.
///
/// - Source: AWS SDKs and Tools Reference Guide, "Container credential provider", read 2026-11-22.
struct ContainerCredentials {
  let environment: [String: String]
  let files: any HostFiles
  let http: any HTTPClient

  /// - Returns: `nil` where the environment names no such service.
  func find() async throws(CredentialFailure) -> AWSCredentials? {
    guard let url = try address() else { return nil }
    let source = "the container's credentials at \(url.origin)"
    let request = HTTPRequest(
      method: "GET", url: url, headers: try await authorization(), limits: metadataLimits, isSafeToRepeat: true)
    let response: HTTPResponse
    do { response = try await sendTwice(request, http) } catch {
      throw CredentialFailure(
        message: "\(source) can't be had: \(error.message)", hint: metadataHint, isTransient: error.isTransient)
    }
    guard response.status == 200 else {
      throw CredentialFailure(
        message: "\(source) can't be had: HTTP \(response.status)", hint: metadataHint,
        isTransient: response.status >= 500)
    }
    return try metadataCredentials(response, source: source)
  }

  private func address() throws(CredentialFailure) -> HTTPURL? {
    if let path = set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      guard path.hasPrefix("/"), let url = try? HTTPURL(metadata: "http://169.254.170.2\(path)") else {
        throw malformed("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "has to begin with `/`")
      }
      return url
    }
    guard let full = set("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
    guard let url = try? HTTPURL(metadata: full) else {
      throw malformed("AWS_CONTAINER_CREDENTIALS_FULL_URI", "is no address")
    }
    guard url.scheme == .https || isNear(url.host) else {
      throw malformed(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "names \(url.host): without https only this machine and the addresses of ECS and EKS are asked")
    }
    return url
  }

  private func authorization() async throws(CredentialFailure) -> [HTTPHeader] {
    var token = set("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if let path = set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      token = try await readToken(path, named: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", files)
    }
    guard let token else { return [] }
    guard !token.contains(where: \.isNewline) else { throw malformed("the container's token", "holds a line break") }
    return [HTTPHeader("authorization", token)]
  }

  private func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  private func malformed(_ name: String, _ what: String) -> CredentialFailure {
    CredentialFailure(message: "\(name) \(what)", hint: "correct or unset it")
  }
}

/// The text of a token file, which another program renews.
func readToken(_ path: String, named name: String, _ files: any HostFiles) async throws(CredentialFailure) -> String {
  let bytes: [UInt8]?
  do { bytes = try await files.read(path, limitBytes: 1 << 16) } catch {
    throw CredentialFailure(message: "\(name): cannot read \(path): \(error.message)", hint: "make it readable")
  }
  let text = bytes.flatMap { String(validating: $0, as: UTF8.self) } ?? ""
  let token = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  guard !token.isEmpty else {
    throw CredentialFailure(
      message: "\(name): \(path) \(bytes == nil ? "is not there" : "holds no token")", hint: "correct or unset it")
  }
  return token
}

/// - Source: botocore's `ContainerMetadataFetcher` and "EKS Pod Identity", read 2026-11-22.
private func isNear(_ host: String) -> Bool {
  if ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "::1", "localhost"].contains(host.lowercased()) {
    return true
  }
  let bytes = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
  return bytes.count == 4 && bytes[0] == 127 && !bytes.contains(nil)
}

extension HTTPURL {
  /// An address with a query, which endpoints have none of.
  init(metadata text: String) throws(EndpointFailure) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    try self.init(endpoint: parts.first.map(String.init) ?? "")
    if parts.count == 2 { query = String(parts[1]) }
  }
}
