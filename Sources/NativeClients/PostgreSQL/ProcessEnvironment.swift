import CLibPQ
@preconcurrency import Glibc

/// The environment that this process was started with.
///
/// libpq completes each missing connection parameter from `PG…` variables, and three of them (`PGSERVICE`,
/// `PGHOSTADDR`, `PGREQUIREPEER`) cannot be overruled by a parameter. So the first look takes a copy and removes
/// what libpq would read. Whoever needs a variable takes it from the copy: `getenv("PGPASSWORD")` finds nothing.
package enum ProcessEnvironment {
  /// Touch it before threads start, as `unsetenv` must not race with a `getenv`.
  package static let atStart: [String: String] = {
    let variables = readVariables()
    for name in variablesOfLibPQ() { unsetenv(name) }
    return variables
  }()

  private static func readVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return variables
  }

  /// The variable of each parameter, as this libpq knows them, and four that belong to no parameter.
  private static func variablesOfLibPQ() -> [String] {
    // PQconndefaults reads PGSERVICE too, and answers NULL when the service does not exist.
    let independent = ["PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGREQUIRESSL"]
    for name in independent { unsetenv(name) }
    guard let options = PQconndefaults() else { return independent }
    defer { PQconninfoFree(options) }
    var names = independent
    var next = options
    while let keyword = next.pointee.keyword {
      _ = keyword
      if let name = next.pointee.envvar { names.append(String(cString: name)) }
      next += 1
    }
    return names
  }
}
