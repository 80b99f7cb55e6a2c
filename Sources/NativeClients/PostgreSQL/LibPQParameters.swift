import SQL

/// What libpq is told: every parameter that it could otherwise complete by itself.
///
/// - Source: PostgreSQL documentation, "Parameter Key Words" of libpq 15 (read 2026-11-22).
func libPQParameters(of endpoint: SQLEndpoint) -> [(name: String, value: String)] {
  var parameters = [
    ("host", endpoint.host),
    ("port", String(endpoint.port)),
    ("dbname", endpoint.database),
    ("user", endpoint.user),
    ("passfile", endpoint.passfile ?? noFile),
    ("sslmode", endpoint.tls.rawValue),
    ("sslrootcert", certificateAuthority(of: endpoint)),
    ("sslcert", noFile),
    ("sslkey", noFile),
    ("sslcrl", noFile),
    ("gssencmode", "disable"),
    ("client_encoding", "UTF8"),
    ("application_name", endpoint.applicationName),
    ("connect_timeout", String(endpoint.connectTimeoutSeconds)),
    // A host that vanished is noticed after about a minute, not after the kernel's two hours.
    ("keepalives_idle", "30"),
    ("keepalives_interval", "10"),
    ("keepalives_count", "3"),
  ]
  if let password = endpoint.password { parameters.append(("password", password.reveal())) }
  if !endpoint.options.isEmpty { parameters.append(("options", serverOptions(endpoint.options))) }
  return parameters
}

/// Where Debian, and what derives from it, keeps the certificate authorities of the system.
private let systemBundle = "/etc/ssl/certs/ca-certificates.crt"

/// A path that cannot exist. An empty value would make libpq look into the home directory.
private let noFile = "/dev/null/none"

private func certificateAuthority(of endpoint: SQLEndpoint) -> String {
  if let path = endpoint.certificateAuthority { return path }
  switch endpoint.tls {
  case .verifyCA, .verifyFull: return systemBundle
  case .disable, .prefer, .require: return noFile
  }
}

private func serverOptions(_ options: [String: String]) -> String {
  options.sorted { $0.key < $1.key }.map { "-c \(escaped($0.key))=\(escaped($0.value))" }
    .joined(separator: " ")
}

private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    if scalar.properties.isWhitespace || scalar == "\\" { result += "\\" }
    result.unicodeScalars.append(scalar)
  }
  return result
}
