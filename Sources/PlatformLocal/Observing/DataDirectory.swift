import Model
import PlatformKit

/// A cluster's files, as far as they tell without a server.
struct DataDirectory: Hashable, Sendable {
  var major: Int
  var systemIdentifier: String
  /// Holds our `holdfast.conf`.
  var hasLayer: Bool
  var layer: [String: String]
  /// Entries of `postgresql.auto.conf`, which is read after all other files.
  var masks: [String: String]
  /// The text of `postgresql.conf`; `nil` where it lies elsewhere.
  var mainConfiguration: String?
  var postmaster: Postmaster?

  enum Found: Hashable, Sendable {
    case nothing
    /// Something that isn't a cluster; the message says what.
    case other(message: String)
    case cluster(DataDirectory)
  }

  static func read(
    _ paths: LocalPaths, of user: OSUser, _ files: any HostFiles
  ) async throws(FileFailure) -> Found {
    guard let status = try await files.status(of: paths.dataDirectory) else { return .nothing }
    guard status.kind == .directory || status.kind == .symlink else {
      return .other(message: "is no directory")
    }
    guard let version = try await text("PG_VERSION", paths, user, files) else {
      return .other(message: "exists and holds no PostgreSQL cluster")
    }
    guard let major = Int(version.filter(\.isNumber)), major >= 13 else {
      return .other(
        message:
          "holds a cluster of PostgreSQL \(version.prefix(10).filter { !$0.isNewline }), which is too old")
    }
    guard let identifier = try await systemIdentifier(paths, of: user, files) else {
      return .other(message: "holds a broken cluster: global/pg_control can't be read")
    }
    let layer = try await text("holdfast.conf", paths, user, files)
    return .cluster(
      DataDirectory(
        major: major, systemIdentifier: identifier, hasLayer: layer != nil,
        layer: ConfigurationText.settings(in: layer ?? ""),
        masks: ConfigurationText.settings(
          in: try await text("postgresql.auto.conf", paths, user, files) ?? ""),
        mainConfiguration: try await text("postgresql.conf", paths, user, files),
        postmaster: try await Postmaster.read(paths.dataDirectory, of: user, files)))
  }

  private static func text(
    _ name: String, _ paths: LocalPaths, _ user: OSUser, _ files: any HostFiles
  ) async throws(FileFailure) -> String? {
    let bytes = try await files.read("\(paths.dataDirectory)/\(name)", of: user, limitBytes: 4 << 20)
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The first eight bytes of `pg_control`, in the host's order.
  ///
  /// - Source: `ControlFileData` in `pg_control.h`, the same in 13 to 18.
  static func systemIdentifier(
    _ paths: LocalPaths, of user: OSUser, _ files: any HostFiles
  ) async throws(FileFailure) -> String? {
    let control = paths.dataDirectory + "/global/pg_control"
    guard let bytes = try await files.read(control, of: user, limitBytes: 1 << 16), bytes.count >= 8
    else { return nil }
    return bytes.withUnsafeBytes { "\($0.loadUnaligned(as: UInt64.self))" }
  }
}
