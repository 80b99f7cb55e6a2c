import Diagnostics
import FoundationEssentials
import HTTP
import Model

/// Where the services of one region are reached.
package struct AWSEndpoints: Hashable, Sendable {
  package let region: String
  /// `aws`, `aws-cn` or `aws-us-gov`.
  package let partition: String
  private let urls: [AWSService: HTTPURL]

  /// - Parameter overrides: from the spec, by the service's name: `rds`, `sts`, `secretsmanager`. They win.
  /// - Parameter environment: `AWS_ENDPOINT_URL_RDS` and its like come next, then `AWS_ENDPOINT_URL`.
  package init(
    region: String, overrides: [String: HTTPURL] = [:], environment: [String: String] = [:]
  ) throws(EndpointFailure) {
    // It becomes part of a host name that is sent signed requests.
    guard isRegion(region) else {
      throw EndpointFailure(
        message: "`\(region)` is not the name of an AWS region", hint: "write it as in `eu-west-1`")
    }
    try refuseVariants(environment)
    self.region = region
    let (partition, suffix) = try partitionAndSuffix(region)
    self.partition = partition
    var urls: [AWSService: HTTPURL] = [:]
    for service in AWSService.allCases {
      let own = try overrides[service.rawValue] == nil ? configured(service, environment) : overrides[service.rawValue]
      urls[service] = own ?? HTTPURL(scheme: .https, host: "\(service.rawValue).\(region).\(suffix)")
    }
    self.urls = urls
  }

  /// What to do where a service's host can't be found; `nil` where the region is a known one, or the address somebody's own.
  func hintOfMissing(_ service: AWSService) -> String? {
    guard !AWSRegion.known.contains(region), url(of: service).host.contains(".\(region).") else { return nil }
    let meant = closest(region, in: AWSRegion.known).map { ": did you mean `\($0)`?" } ?? ": check `region:`"
    return "`\(region)` is no region that this version knows\(meant)"
  }

  package func url(of service: AWSService) -> HTTPURL {
    guard let url = urls[service] else { preconditionFailure("every service gets its address in init") }
    return url
  }
}

package struct EndpointFailure: Error, Hashable, Sendable {
  package var message: String
  package var hint: String

  package init(message: String, hint: String) { (self.message, self.hint) = (message, hint) }
}

extension HTTPURL {
  /// An endpoint as people write it: scheme, host, and at most a port and a path.
  package init(endpoint text: String) throws(EndpointFailure) {
    let failure = EndpointFailure(
      message: "`\(text)` is not the address of a service", hint: "write it as in `https://rds.example.net:8443`")
    guard let parts = URLComponents(string: text),
      let scheme = parts.scheme.flatMap({ Scheme(rawValue: $0.lowercased()) }),
      let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil, parts.query == nil,
      parts.fragment == nil, parts.port.map({ (1...65_535).contains($0) }) ?? true
    else { throw failure }
    let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
    self.init(scheme: scheme, host: host.trimming { "[]".contains($0) }, port: parts.port, path: path)
  }
}

extension String {
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> String {
    String(drop(while: isTrimmed).reversed().drop(while: isTrimmed).reversed())
  }
}

/// - Source: botocore `endpoints.json`, `regionRegex` of each partition, read 2026-11-22.
private func partitionAndSuffix(_ region: String) throws(EndpointFailure) -> (String, String) {
  let words = region.split(separator: "-")
  if words[0] == "cn" { return ("aws-cn", "amazonaws.com.cn") }
  if words[0] == "us", words[1] == "gov" { return ("aws-us-gov", "amazonaws.com") }
  guard words.count == 3 else {
    throw EndpointFailure(
      message: "the partition of region `\(region)` is not supported by this version",
      hint: "regions of aws, aws-cn and aws-us-gov are")
  }
  return ("aws", "amazonaws.com")
}

private func isRegion(_ text: String) -> Bool {
  let words = text.split(separator: "-", omittingEmptySubsequences: false)
  guard (3...4).contains(words.count), let number = words.last else { return false }
  return (1...2).contains(number.utf8.count) && number.utf8.allSatisfy { (48...57).contains($0) }
    && words.dropLast().allSatisfy { word in
      !word.isEmpty && word.utf8.count < 20 && word.utf8.allSatisfy { (97...122).contains($0) }
    }
}

private func configured(
  _ service: AWSService, _ environment: [String: String]
) throws(EndpointFailure) -> HTTPURL? {
  if isTrue(environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]) { return nil }
  let suffix =
    switch service {
    case .rds: "RDS"
    case .sts: "STS"
    case .secretsManager: "SECRETS_MANAGER"
    }
  for name in ["AWS_ENDPOINT_URL_\(suffix)", "AWS_ENDPOINT_URL"] {
    guard let text = environment[name], !text.isEmpty else { continue }
    do { return try HTTPURL(endpoint: text) } catch {
      throw EndpointFailure(message: "\(name): \(error.message)", hint: error.hint)
    }
  }
  return nil
}

/// To go on without what was asked for could mean to leave a boundary that somebody is bound to.
private func refuseVariants(_ environment: [String: String]) throws(EndpointFailure) {
  for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] where isTrue(environment[name]) {
    throw EndpointFailure(
      message: "\(name) is not supported by this version",
      hint: "unset it, and name the endpoint by AWS_ENDPOINT_URL_RDS")
  }
}

func isTrue(_ text: String?) -> Bool { text?.lowercased() == "true" }
