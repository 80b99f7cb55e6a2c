import Model
import PlatformKit
import SQL

/// Where a running instance of this host is reached: where `connect:` says, else where it wrote down that it listens.
struct LocalEndpoint: Sendable {
  private let endpoint: SQLEndpoint

  /// - Errors: `SecretFailure` where `connect.password` can't be had.
  init(
    _ instance: DesiredInstance, postmaster: Postmaster, connectingAs user: String, application: String,
    secrets: any SecretSource
  ) async throws(SecretFailure) {
    let connect = instance.connect
    var password: Secret?
    if let reference = connect.password { password = try await secrets.resolve(reference) }
    let settings = instance.localSettings
    endpoint = SQLEndpoint(
      host: connect.host ?? postmaster.socketDirectory ?? postmaster.address.map(Self.reachable)
        ?? "127.0.0.1",
      port: connect.port ?? postmaster.port ?? settings.port, database: instance.maintenanceDatabase,
      user: user,
      password: password, passfile: connect.passfile, tls: Self.tls(connect.tls),
      certificateAuthority: connect.certificateAuthority, applicationName: application)
  }

  /// The maintenance database, or another one of the same server.
  func database(_ name: String? = nil) -> SQLEndpoint {
    var endpoint = endpoint
    if let name { endpoint.database = name }
    return endpoint
  }

  private static func reachable(_ address: String) -> String {
    let first = address.split(separator: ",").first.map(String.init) ?? address
    return ["*", "0.0.0.0", "::"].contains(first) ? "127.0.0.1" : first
  }

  private static func tls(_ mode: ConnectSettings.TLSMode?) -> SQLTLSMode {
    switch mode {
    case .disable: .disable
    case .require: .require
    case .verifyCA: .verifyCA
    case .verifyFull: .verifyFull
    case nil: .prefer
    }
  }
}
