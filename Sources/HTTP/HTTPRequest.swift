/// One request, whole. It may hold a credential or a password, so it describes itself by method and address alone.
package struct HTTPRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var method: String
  package var url: HTTPURL
  package var headers: [HTTPHeader]
  package var body: [UInt8]
  package var limits: HTTPLimits
  /// Trying it twice changes nothing more than trying it once.
  package var isSafeToRepeat: Bool

  package init(
    method: String, url: HTTPURL, headers: [HTTPHeader] = [], body: [UInt8] = [], limits: HTTPLimits = HTTPLimits(),
    isSafeToRepeat: Bool
  ) {
    (self.method, self.url, self.headers, self.body) = (method, url, headers, body)
    (self.limits, self.isSafeToRepeat) = (limits, isSafeToRepeat)
  }

  package var description: String { "\(method) \(url.origin)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

package struct HTTPHeader: Hashable, Sendable {
  /// In lower case.
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) { (self.name, self.value) = (name.lowercased(), value) }
}

/// An address as it goes over the wire: path and query are percent-encoded already.
package struct HTTPURL: Hashable, Sendable {
  package enum Scheme: String, Hashable, Sendable { case http, https }

  package var scheme: Scheme
  package var host: String
  /// `nil` for the scheme's own.
  package var port: Int?
  /// Begins with `/`.
  package var path: String
  /// Without its `?`; `nil` where there is none.
  package var query: String?

  package init(scheme: Scheme, host: String, port: Int? = nil, path: String = "/", query: String? = nil) {
    (self.scheme, self.host, self.port, self.path, self.query) = (scheme, host, port, path, query)
  }

  /// `https://rds.eu-west-1.amazonaws.com`: all that may be shown, since a query may hold a signature.
  package var origin: String { "\(scheme.rawValue)://\(authority)" }

  /// What the `Host` header says.
  package var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port.map { "\(name):\($0)" } ?? name
  }
}

/// What one attempt may take.
package struct HTTPLimits: Hashable, Sendable {
  package var connectSeconds: Int
  package var totalSeconds: Int
  /// Of the body as it is after decompression; more is a failure, not a cut.
  package var bodyBytes: Int
  /// Fewer than one byte a second for so long ends the attempt.
  package var stallSeconds: Int

  package init(connectSeconds: Int = 10, totalSeconds: Int = 60, bodyBytes: Int = 32 << 20, stallSeconds: Int = 20) {
    (self.connectSeconds, self.totalSeconds) = (connectSeconds, totalSeconds)
    (self.bodyBytes, self.stallSeconds) = (bodyBytes, stallSeconds)
  }
}
