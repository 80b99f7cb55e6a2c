import HTTP

/// What a request must be before curl sees it: text that would end a line, a name or an address is refused, since curl
/// sends what it is given.
enum CurlRequest {
  static func check(_ request: HTTPRequest) throws(HTTPFailure) {
    let url = request.url
    try require(isToken(request.method), "`\(request.method)` is no method", of: url)
    try checkURL(url)
    for header in request.headers { try checkHeader(header, of: request) }
    if url.scheme == .http, !isPlainHTTPAllowed(to: url.host) {
      throw HTTPFailure(
        .plainTextRefused, message: "\(url.origin) is not asked: plain HTTP is spoken on loopback only",
        mayHaveActed: false)
    }
  }

  private static func checkURL(_ url: HTTPURL) throws(HTTPFailure) {
    let isAddress = url.host.contains(":")
    let host = isAddress ? url.host.allSatisfy { $0.isHexDigit || ":.".contains($0) } : isName(url.host)
    guard host, url.host.utf8.count <= 253 else {
      // Not shown: it may be anything, a whole address with a password in it too.
      throw HTTPFailure(.invalidRequest, message: "the request's host is no host name", mayHaveActed: false)
    }
    try require(url.port.map { (1...65_535).contains($0) } ?? true, "the port is out of range", of: url)
    try require(url.path.hasPrefix("/"), "the path does not begin with `/`", of: url)
    try require(isEncoded(url.path, besides: "?#"), "the path is not percent-encoded", of: url)
    try require(isEncoded(url.query ?? "", besides: "#"), "the query is not percent-encoded", of: url)
  }

  private static func checkHeader(_ header: HTTPHeader, of request: HTTPRequest) throws(HTTPFailure) {
    try require(isToken(header.name), "a header's name is no word", of: request.url)
    let isLine = header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
    try require(isLine, "the header `\(header.name)` holds control characters", of: request.url)
    if header.name == "content-length" {
      try require(header.value == "\(request.body.count)", "`content-length` is not the body's", of: request.url)
    }
    try require(!connectionHeaders.contains(header.name), "`\(header.name)` is curl's to send", of: request.url)
  }

  /// They speak of the connection and the framing, not of the request.
  private static let connectionHeaders: Set<String> = [
    "accept-encoding", "connection", "expect", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
  ]

  private static func require(
    _ claim: Bool, _ otherwise: String, of url: HTTPURL
  ) throws(HTTPFailure) {
    guard !claim else { return }
    throw HTTPFailure(
      .invalidRequest, message: "a request to \(url.origin) can't be sent: \(otherwise)", mayHaveActed: false)
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { isLetterOrDigit($0) || ".-_".utf8.contains($0) }
  }

  private static func isEncoded(_ text: String, besides refused: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7e).contains($0) && !refused.utf8.contains($0) }
  }
}

/// RFC 9110, section 5.6.2.
func isToken(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: false
  }
}
