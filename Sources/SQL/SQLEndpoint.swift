/// How the connection is encrypted and what is checked of the server, in libpq's steps.
package enum SQLTLSMode: String, Sendable, Hashable, Codable {
  case disable, prefer, require
  case verifyCA = "verify-ca"
  case verifyFull = "verify-full"
}

/// Where a server is, and as whom to speak to it. Nothing in it is completed from the environment.
package struct SQLEndpoint: Sendable, Hashable {
  /// A name, an address, or the directory of a Unix socket.
  package var host: String
  package var port: Int
  package var database: String
  package var user: String
  package var password: Secret?
  /// A file in `.pgpass` format; no file is looked at when this is `nil`.
  package var passfile: String?
  package var tls: SQLTLSMode
  /// A PEM file. In the verifying modes `nil` means the system's bundle; elsewhere nothing is verified.
  package var certificateAuthority: String?
  package var connectTimeoutSeconds: Int
  package var applicationName: String
  /// Server settings that the session starts with (`-c name=value`).
  package var options: [String: String]
  /// Each statement has a timeout of its own, so that the server needn't be asked to look whether the client is still
  /// there: a round trip less for each connection.
  package var boundsItsStatements = false

  package init(
    host: String, port: Int = 5432, database: String, user: String, password: Secret? = nil,
    passfile: String? = nil, tls: SQLTLSMode = .prefer, certificateAuthority: String? = nil,
    connectTimeoutSeconds: Int = 10, applicationName: String = "holdfast", options: [String: String] = [:]
  ) {
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.password = password
    self.passfile = passfile
    self.tls = tls
    self.certificateAuthority = certificateAuthority
    self.connectTimeoutSeconds = connectTimeoutSeconds
    self.applicationName = applicationName
    self.options = options
  }
}

extension SQLEndpoint: CustomStringConvertible {
  /// `database orders on db1:5432 as alice`.
  package var description: String {
    "database \(database) on \(host):\(port) as \(user)"
  }
}
