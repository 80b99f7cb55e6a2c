/// Sends requests: one attempt each, redirects not followed, the server's certificate always verified, plain HTTP on
/// loopback only.
package protocol HTTPClient: Sendable {
  /// - Errors: `HTTPFailure` where no whole answer came. An answer of any status is an answer.
  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}

package struct HTTPResponse: Sendable {
  package var status: Int
  /// In the order in which they came, names in lower case.
  package var headers: [HTTPHeader]
  package var body: [UInt8]

  package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  /// The first header of that name, given in lower case.
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Why no answer came.
package struct HTTPFailure: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case invalidRequest, plainTextRefused, nameNotFound, connectionRefused, proxy, certificate, timedOut, connectionLost
    case tooLarge, malformedAnswer, cancelled
  }

  package var kind: Kind
  /// A whole clause for people, with the origin: `no connection to https://…: Connection refused`.
  package var message: String
  /// The server may have acted on it: the request went out at least in part.
  package var mayHaveActed: Bool

  package init(_ kind: Kind, message: String, mayHaveActed: Bool) {
    (self.kind, self.message, self.mayHaveActed) = (kind, message, mayHaveActed)
  }

  /// The same request may well be answered later.
  package var isTransient: Bool {
    switch kind {
    case .nameNotFound, .connectionRefused, .proxy, .timedOut, .connectionLost: true
    case .invalidRequest, .plainTextRefused, .certificate, .tooLarge, .malformedAnswer, .cancelled: false
    }
  }
}
