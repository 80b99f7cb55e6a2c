/// The proxies that https requests go through. Plain HTTP never does: it stays on this machine.
package struct HTTPProxies: Hashable, Sendable {
  /// May hold a password; never shown.
  var address: String
  /// Hosts and domains reached directly, separated by commas.
  var exceptions: String

  package static let none = HTTPProxies(address: "", exceptions: "")

  private init(address: String, exceptions: String) { (self.address, self.exceptions) = (address, exceptions) }

  /// Reads the variables that curl reads, lower case before upper case.
  package init(environment: [String: String]) {
    func first(_ names: [String]) -> String {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    }
    self.init(
      address: first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
      exceptions: first(["no_proxy", "NO_PROXY"]))
  }
}
