import Model
import PlatformKit

/// PostgreSQL as it is installed on this host, in one major version.
package struct Installation: Hashable, Sendable {
  package var version: ServerVersion
  /// The directory of `initdb` and `pg_ctl`.
  package var binaries: String
  /// What `shared_preload_libraries` may name; `nil` where the directory wasn't found.
  package var libraries: [String]?
  /// What `CREATE EXTENSION` may name; `nil` where the directory wasn't found.
  package var extensions: [String]?

  package init(
    version: ServerVersion, binaries: String, libraries: [String]? = nil, extensions: [String]? = nil
  ) {
    (self.version, self.binaries) = (version, binaries)
    (self.libraries, self.extensions) = (libraries, extensions)
  }
}

/// Looks for installations. Runs `postgres --version`, and reads directories.
struct InstallationSearch: Sendable {
  let files: any HostFiles
  let runner: any ProcessRunner
  let searchPath: [String]
  let trust: ProgramTrust

  /// What a directory holds.
  enum Found: Sendable {
    case nothing
    case installation(Installation)
    /// Something that could be one, and is not used.
    case refused(because: String)
  }

  /// The installations in the usual places, highest version first; the first one of a major version counts.
  ///
  /// - Returns: with them the directories that are not used, and why.
  func usual() async -> (found: [Installation], refused: [String: String]) {
    var found: [Int: Installation] = [:]
    var refused: [String: String] = [:]
    for directory in await usualDirectories() {
      switch await look(at: directory) {
      case .nothing: continue
      case .refused(let reason): refused[directory] = reason
      case .installation(let installation):
        if found[installation.version.major] == nil { found[installation.version.major] = installation }
      }
    }
    return (found.values.sorted { $0.version > $1.version }, refused)
  }

  /// A directory that can't be read is not used; others may hold what is looked for.
  func look(at binaries: String) async -> Found {
    do throws(FileFailure) { return try await read(binaries) } catch {
      return .refused(because: error.description)
    }
  }

  private func read(_ binaries: String) async throws(FileFailure) -> Found {
    let programs = ["postgres", "initdb", "pg_ctl"].map { "\(binaries)/\($0)" }
    for program in programs {
      guard try await files.status(of: program) != nil else { return .nothing }
    }
    for program in programs {
      if let objection = try await trust.objection(to: program) { return .refused(because: objection) }
    }
    let call = ProcessCall(
      "\(binaries)/postgres", ["--version"], environment: ["LC_ALL": "C"], runAs: trust.user,
      timeout: .seconds(10))
    guard let output = try? await runner.run(call), output.succeeded,
      let version = Self.version(in: String(decoding: output.standardOutput, as: UTF8.self))
    else { return .refused(because: "`\(binaries)/postgres --version` tells no version") }
    return .installation(
      Installation(
        version: version, binaries: binaries, libraries: await libraries(binaries),
        extensions: await extensions(binaries, version.major)))
  }

  /// `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`
  static func version(in output: String) -> ServerVersion? {
    guard let word = output.split(separator: " ").dropFirst(2).first else { return nil }
    return ServerVersion(String(word.prefix { $0.isNumber || $0 == "." }))
  }

  private func usualDirectories() async -> [String] {
    let debian = await names(in: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
    let redHat = await names(in: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
    let usual = debian + redHat
    return usual + searchPath.filter { $0.hasPrefix("/") && !usual.contains($0) }
  }

  /// None where there is no such directory, or none that this user may read.
  private func names(in directory: String) async -> [String] {
    (try? await files.list(directory)).flatMap { $0 } ?? []
  }

  private func libraries(_ binaries: String) async -> [String]? {
    let root = LocalPaths.parent(of: binaries)
    for directory in ["\(root)/lib/postgresql", "\(root)/lib"] {
      let names = await names(in: directory)
      guard names.contains("plpgsql.so") else { continue }
      return names.filter { $0.hasSuffix(".so") }.map { String($0.dropLast(3)) }
    }
    return nil
  }

  private func extensions(_ binaries: String, _ major: Int) async -> [String]? {
    let root = LocalPaths.parent(of: binaries)
    let candidates = ["\(root)/share/postgresql", "\(root)/share", "/usr/share/postgresql/\(major)"]
    for directory in candidates {
      let names = await names(in: "\(directory)/extension")
      guard names.contains("plpgsql.control") else { continue }
      return names.filter { $0.hasSuffix(".control") }.map { String($0.dropLast(8)) }
    }
    return nil
  }
}
