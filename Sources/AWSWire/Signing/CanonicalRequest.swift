import HTTP

/// The one spelling of a request that both ends sign.
///
/// - Source: AWS IAM User Guide, "Create a signed AWS API request", read 2026-11-22.
struct CanonicalRequest {
  let text: String
  /// In lower case, sorted, apart by `;`.
  let signedHeaders: String

  /// - Parameter bodyHash: SHA-256 of the body, in hexadecimal.
  init(_ request: HTTPRequest, bodyHash: String) {
    let headers = canonicalHeaders(request)
    signedHeaders = headers.map(\.name).joined(separator: ";")
    text = [
      request.method, canonicalPath(request.url.path), canonicalQuery(request.url.query ?? ""),
      headers.map { "\($0.name):\($0.value)\n" }.joined(), signedHeaders, bodyHash,
    ].joined(separator: "\n")
  }
}

/// Headers that a proxy or a client library may set or change on the way.
private let unsignedHeaders: Set<String> = [
  "authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id",
]

private func canonicalHeaders(_ request: HTTPRequest) -> [HTTPHeader] {
  var values: [String: [String]] = [:]
  for header in request.headers where !unsignedHeaders.contains(header.name) {
    values[header.name, default: []].append(singleSpaced(header.value))
  }
  if values["host"] == nil { values["host"] = [hostHeader(request.url)] }
  return values.map { HTTPHeader($0.key, $0.value.joined(separator: ",")) }.sorted { $0.name < $1.name }
}

/// What a client sends as `Host`: the port only where it is not the scheme's own.
private func hostHeader(_ url: HTTPURL) -> String {
  var url = url
  switch (url.scheme, url.port) {
  case (.https, 443), (.http, 80): url.port = nil
  default: break
  }
  return url.authority
}

private func singleSpaced(_ value: String) -> String {
  value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Without dot segments and doubled slashes, and encoded once more than on the wire, as all services but S3 have it.
private func canonicalPath(_ path: String) -> String {
  var kept: [Substring] = []
  for segment in path.split(separator: "/") where segment != "." {
    if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
  }
  let end = path.hasSuffix("/") && !kept.isEmpty ? "/" : ""
  return percentEncoded("/\(kept.joined(separator: "/"))\(end)".utf8, keeping: [UInt8(ascii: "/")])
}

/// Sorted by the bytes of the encoded names, then of the encoded values; a name without a value has an empty one.
private func canonicalQuery(_ query: String) -> String {
  let pairs = query.split(separator: "&").map { pair in
    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count > 1 ? percentEncoded(percentDecoded(parts[1])) : ""
    return (name: percentEncoded(percentDecoded(parts[0])), value: value)
  }
  return pairs.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map { "\($0.name)=\($0.value)" }
    .joined(separator: "&")
}
