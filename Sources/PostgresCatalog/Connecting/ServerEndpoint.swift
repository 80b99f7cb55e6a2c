import Model
import PlatformKit
import SQL

/// Where and as whom an instance is reached.
package struct ServerEndpoint: Sendable {
  /// Why it can't be said where that is.
  package struct Failure: Error {
    package var message: String
    package var hint: String
  }

  package enum Purpose: Sendable {
    case observing
    case applying(run: String)
  }

  private let endpoint: SQLEndpoint

  /// Also resolves the password.
  ///
  /// - Parameter known: where the instance's platform says that it is; `connect` may say otherwise.
  /// - Parameter standardTLS: how the connection is protected where `connect` doesn't say.
  /// - Parameter token: stands in for the password of `connect`.
  package static func resolve(
    _ instance: DesiredInstance, for purpose: Purpose, secrets: any SecretSource,
    known: ManagedState.Endpoint? = nil, standardTLS: SQLTLSMode = .prefer, token: Secret? = nil
  ) async throws(Failure) -> ServerEndpoint {
    let connect = instance.connect
    guard let host = connect.host ?? known?.host else { throw missing("host", of: instance) }
    guard let user = purpose.user(of: connect) else { throw missing("user", of: instance) }
    let password = if let token { token } else { try await password(connect.password, secrets) }
    var endpoint = SQLEndpoint(
      host: host, port: connect.port ?? known?.port ?? 5432, database: instance.maintenanceDatabase, user: user,
      password: password, passfile: connect.passfile, tls: tls(connect.tls, standardTLS),
      certificateAuthority: connect.certificateAuthority, applicationName: purpose.applicationName)
    endpoint.boundsItsStatements = purpose.readsOnly
    return ServerEndpoint(endpoint: endpoint)
  }

  /// The maintenance database, or another one of the same server.
  package func database(_ name: String? = nil) -> SQLEndpoint {
    var endpoint = endpoint
    if let name { endpoint.database = name }
    return endpoint
  }

  private static func missing(_ key: String, of instance: DesiredInstance) -> Failure {
    Failure(
      message: "instance \(instance.name) doesn't say how it is reached: `connect.\(key)` is missing",
      hint: "add `connect: { \(key): … }` to the instance")
  }

  private static func password(_ reference: SecretRef?, _ secrets: any SecretSource) async throws(Failure)
    -> Secret?
  {
    guard let reference else { return nil }
    do throws(SecretFailure) { return try await secrets.resolve(reference) } catch {
      throw Failure(
        message: "the password of `connect` (\(reference)) can't be had: \(error.message)",
        hint: "set it, or use `connect.passfile`")
    }
  }

  private static func tls(_ mode: ConnectSettings.TLSMode?, _ standard: SQLTLSMode) -> SQLTLSMode {
    switch mode {
    case .disable: .disable
    case .require: .require
    case .verifyCA: .verifyCA
    case .verifyFull: .verifyFull
    case nil: standard
    }
  }
}

extension ServerEndpoint.Purpose {
  package func user(of connect: ConnectSettings) -> String? {
    switch self {
    case .observing: connect.user ?? connect.applyUser
    case .applying: connect.applyUser ?? connect.user
    }
  }

  /// Each reading transaction sets its timeouts.
  var readsOnly: Bool {
    switch self {
    case .observing: true
    case .applying: false
    }
  }

  /// How the session shows in `pg_stat_activity`; a refusal by the lock names its holder by it.
  var applicationName: String {
    switch self {
    case .observing: "holdfast"
    case .applying(let run): "holdfast run \(run)"
    }
  }
}

extension DesiredInstance {
  /// Where what all databases share is read and done, and where the lock is.
  package var maintenanceDatabase: String { connect.database ?? "postgres" }
}
