import ArgumentParser
import Diagnostics
import Execution
import Model
import SpecText

/// Which server an import is to look into, and how it is reached.
struct ImportServerOptions: ParsableArguments {
  @Option(help: "A host name, an address, or the directory of a socket.")
  var host: String?

  @Option(help: "The port.")
  var port: Int?

  @Option(help: "The user that plans and looks for drift; it only reads. A superuser sees everything.")
  var user: String?

  @Option(help: "The maintenance database. Unset: postgres.")
  var database: String?

  @Option(help: "disable, require, verify-ca or verify-full. Unset: as the server likes.")
  var tls: String?

  @Option(help: ArgumentHelp("The environment variable that holds the password.", valueName: "variable"))
  var passwordEnv: String?

  @Option(help: ArgumentHelp("A password file in libpq's format, by its absolute path.", valueName: "path"))
  var passfile: String?

  @Option(help: ArgumentHelp("A cluster of this host, by its absolute path.", valueName: "path"))
  var dataDirectory: String?

  @Option(help: "What to call the instance. Unset: after the host or the data directory.")
  var name: String?

  var isGiven: Bool { host != nil || dataDirectory != nil }

  func validate() throws {
    guard isGiven else {
      let others = [port.map { "\($0)" }, user, database, tls, passwordEnv, passfile, name].compactMap { $0 }
      guard others.isEmpty else { throw ValidationError("add --host HOST, or --data-directory DIRECTORY.") }
      return
    }
    guard host == nil || dataDirectory == nil else {
      throw ValidationError("--host is a server that is reached, --data-directory one of this host: take one out.")
    }
    guard dataDirectory != nil || user != nil else { throw ValidationError("add --user: who plans, and only reads.") }
    if let tls, ConnectSettings.TLSMode(rawValue: tls) == nil {
      throw ValidationError("--tls takes disable, require, verify-ca or verify-full.")
    }
    if let path = [passfile, dataDirectory].compactMap({ $0 }).first(where: { !$0.hasPrefix("/") }) {
      throw ValidationError("`\(path)` is no absolute path.")
    }
    if let port, !(1...65_535).contains(port) { throw ValidationError("--port takes a number from 1 to 65535.") }
  }

  var connect: ConnectSettings {
    var connect = ConnectSettings()
    (connect.host, connect.port, connect.user, connect.database) = (host, port, user, database)
    connect.tls = tls.flatMap(ConnectSettings.TLSMode.init)
    connect.password = passwordEnv.map { .environment(variable: $0) }
    connect.passfile = passfile
    return connect
  }
}

/// A server as the specs would name it.
struct ImportTarget {
  var instance: DesiredInstance
  /// The platform is none of the specs yet.
  var isNewPlatform: Bool
}

extension ImportServerOptions {
  /// - Errors: `ExitCode`, with the mistake told.
  func target(on name: String?, of repository: Repository, _ terminal: Terminal) throws -> ImportTarget {
    let known = platforms(of: repository.documents).first { $0.name == name ?? Self.standardPlatform }
    let platform = try known ?? newPlatform(name, terminal)
    var instance = DesiredInstance(name: self.name ?? wantedName, platform: platform)
    instance.connect = connect
    switch platform.kind {
    case .server where host != nil: break
    case .local where dataDirectory != nil:
      instance.local = LocalSettings(port: port ?? Self.standardPort, dataDirectory: dataDirectory ?? "")
      instance.connect.port = nil
    case .server, .local, .aws:
      throw terminal.end(
        "`\(platform.name)` is no platform for \(host == nil ? "a cluster of this host" : "a server that is reached")",
        hint: "name one of type \(host == nil ? "local" : "server")", .usage)
    }
    return ImportTarget(instance: instance, isNewPlatform: known == nil)
  }

  private func newPlatform(_ name: String?, _ terminal: Terminal) throws -> DesiredPlatform {
    guard host != nil else {
      throw terminal.end(
        "there is no `Platform` named `\(name ?? Self.standardPlatform)`",
        hint: "declare it under specs/: kind: Platform, name: \(name ?? "db1"), type: local, hostname: …", .usage)
    }
    return DesiredPlatform(name: name ?? Self.standardPlatform, kind: .server)
  }

  /// `db1` of `db1.example.net`; an address or a socket tells nothing.
  private var wantedName: String {
    if let dataDirectory { return dataDirectory.split(separator: "/").last.map(String.init) ?? "postgres" }
    let first = host?.split(separator: ".").first.map(String.init) ?? ""
    let isName = first.contains(where: \.isLetter) && !first.contains("/") && !first.contains(":")
    return isName && first != "localhost" ? first : "postgres-\(port ?? Self.standardPort)"
  }

  static var standardPlatform: String { "servers" }

  /// Of PostgreSQL.
  static var standardPort: Int { 5432 }
}
