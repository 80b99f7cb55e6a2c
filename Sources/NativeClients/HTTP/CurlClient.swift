import HTTP

/// Sends requests through libcurl: connections are kept and used again, and https speaks HTTP/2 where the server does.
///
/// Nothing of libcurl runs before the first request. One thread then drives all transfers; it ends with this object.
package final class CurlClient: HTTPClient {
  private let slots: HostSlots
  private let settings: CurlSettings
  private let thread = CurlThread()

  /// - Parameter width: requests to one origin at a time; more of them wait, which counts to none of their limits.
  /// - Parameter authorities: a PEM file of the certificates to trust instead of the system's.
  package init(width: Int = 8, authorities: String? = nil, proxies: HTTPProxies = .none) {
    slots = HostSlots(width: width)
    settings = CurlSettings(authorities: authorities, proxies: proxies)
  }

  deinit { thread.stop() }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    try CurlRequest.check(request)
    let origin = request.url.origin
    guard await slots.take(origin) else {
      throw HTTPFailure(.cancelled, message: "cancelled before a request to \(origin)", mayHaveActed: false)
    }
    defer { slots.give(origin) }
    return try await thread.perform(request, settings: settings).get()
  }
}

/// What all requests of a client have in common.
struct CurlSettings: Sendable {
  var authorities: String?
  var proxies: HTTPProxies
}
