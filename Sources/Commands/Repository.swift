import Diagnostics
import Glibc
import Model
import NativeClients
import Planner
import PlatformKit
import SpecText
import YAML

/// A repository of specs as it was read: the desired side, every mistake in it, and which commit it is.
struct Repository: Sendable {
  /// The absolute path of the directory with `holdfast.yaml`, else the working directory.
  var root: String
  var documents: [Document]
  var rootDocuments: [Document]
  var desired: Desired
  var sources: SourceCache
  var diagnostics: [Diagnostic]
  var digest: String

  static let settingsFile = "holdfast.yaml"

  /// Reads the specs under `paths`, or those of the repository around the working directory.
  static func read(_ paths: [String]) -> Repository {
    let (root, prefix) = findRoot()
    let settings = prefix + settingsFile
    let hasSettings = exists(root + "/" + settingsFile)
    let loadedSettings = hasSettings ? loadDocuments(at: [settings]) : ([], SourceCache(), [])
    let loaded = loadDocuments(at: paths.isEmpty ? [prefix + "specs"] : paths)
    var sources = loaded.sources
    if let text = loadedSettings.1[settings] { sources[settings] = text }
    let loadDiagnostics = loadedSettings.2 + loaded.diagnostics
    var read = readSpecs(documents: loaded.documents, root: loadedSettings.0)
    // Why nothing could be read is told already.
    if loadDiagnostics.hasErrors { read.diagnostics.removeAll { $0.code == .noDocuments } }
    return Repository(
      root: root, documents: loaded.documents, rootDocuments: loadedSettings.0, desired: read.desired, sources: sources,
      diagnostics: loadDiagnostics + read.diagnostics, digest: digest(of: sources, below: root))
  }

  /// The nearest directory upwards that holds `holdfast.yaml`, and how it is reached from the working directory.
  private static func findRoot() -> (root: String, prefix: String) {
    let start = currentDirectory()
    var (directory, prefix) = (start, "")
    while true {
      if exists(directory + "/" + settingsFile) { return (directory, prefix) }
      guard directory != "/", let slash = directory.lastIndex(of: "/") else { return (start, "") }
      directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
      prefix += "../"
    }
  }

  /// SHA-256 over names and contents, so that moving a spec counts as a change too. A file is named from the root, because
  /// the same specs are the same whichever directory the command is run in.
  private static func digest(of sources: SourceCache, below root: String) -> String {
    var digest = SHA256Digest()
    let files = sources.files.map { (name: path(of: $0, below: root), file: $0) }
    for (name, file) in files.sorted(by: { ($0.name, $0.file) < ($1.name, $1.file) }) {
      let bytes = sources[file]?.bytes ?? []
      digest.update(Array("\(name)\u{0}\(bytes.count)\u{0}".utf8))
      digest.update(bytes)
    }
    return digest.finalizeHex()
  }

  /// What git has checked out around the working directory.
  struct Checkout: Sendable {
    var commit: String
    /// The specs differ from it.
    var isDirty: Bool
  }

  /// `nil` where git knows no commit. Asked of the directory alone, so that the specs can be read meanwhile.
  static func checkout(_ runner: any ProcessRunner) async -> Checkout? {
    // One process tells both: the commit in a line of its own, then a line for each file that differs.
    let status = ["status", "--porcelain=v2", "--branch", "--untracked-files=normal", "--", "specs", settingsFile]
    let lines = await gitOutput(status, in: findRoot().root, runner)?.split(separator: "\n") ?? []
    let mark = "# branch.oid "
    guard let commit = lines.first(where: { $0.hasPrefix(mark) })?.dropFirst(mark.count), commit != "(initial)" else {
      return nil
    }
    return Checkout(commit: String(commit), isDirty: lines.contains { !$0.hasPrefix("#") })
  }

  func identity(of checkout: Checkout?) -> SpecsIdentity {
    SpecsIdentity(digest: digest, commit: checkout?.commit, isDirty: checkout?.isDirty)
  }

  /// What git prints in the repository; `nil` where there is no git, no repository, or git says no.
  func gitOutput(_ arguments: [String], _ runner: any ProcessRunner) async -> String? {
    await Self.gitOutput(arguments, in: root, runner)
  }

  private static func gitOutput(
    _ arguments: [String], in root: String, _ runner: any ProcessRunner
  ) async -> String? {
    let path = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git"].first(where: exists)
    guard let path else { return nil }
    let environment = ["PATH": "/usr/bin:/bin", "HOME": ProcessEnvironment.atStart["HOME"] ?? "/", "LC_ALL": "C"]
    let call = ProcessCall(
      // Without optional locks: `status` would write the index anew, and a plan writes nothing.
      path, ["--no-optional-locks", "-C", root] + arguments, environment: environment, workingDirectory: root,
      timeout: .seconds(10),
      outputLimitBytes: 8 << 20)
    guard let result = try? await runner.run(call), result.succeeded else { return nil }
    return String(decoding: result.standardOutput, as: UTF8.self)
  }
}
