import Model
import Planner
import SQL

/// pgBackRest's configuration file of one instance.
///
/// It holds every option that is used: the environment is kept clean and nothing but the stanza is given as an
/// argument, because both would beat the file silently.
///
/// - Source: pgBackRest's configuration reference, 2.45.
struct BackupFile {
  static let passLine = "repo1-cipher-pass="

  let instance: DesiredInstance
  let configuration: BackupConfiguration
  let user: String

  /// The text, with the secret as a part that only the applier resolves.
  var parts: [FilePart] {
    guard let cipher = configuration.cipher else { return [.literal(head + tail)] }
    return [
      .literal(head + "repo1-cipher-type=aes-256-cbc\n" + Self.passLine), .secret(reference: cipher),
      .literal("\n" + tail),
    ]
  }

  /// The text as it should be, or `nil` where it holds a secret that can't be had.
  func text(secret: Secret?) -> String? {
    var text = ""
    for part in parts {
      switch part {
      case .literal(let literal): text += literal
      case .secret:
        guard let secret else { return nil }
        text += secret.reveal()
      }
    }
    return text
  }

  private var head: String {
    var lines = [
      "# \(instance.address), written whole by Holdfast from its specs: what is changed here is lost.",
      "[global]",
    ]
    lines.append("repo1-path=\(configuration.repository)")
    if let retain = configuration.retain {
      lines += ["repo1-retention-full-type=time", "repo1-retention-full=\(Self.days(retain))"]
    }
    if !configuration.pointInTime {
      lines += ["repo1-retention-archive-type=full", "repo1-retention-archive=1"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The archiver pauses for a minute after three failures; waiting for a segment has to outlast that.
  private var tail: String {
    let paths = instance.paths
    return """
      log-path=\(paths.log)
      lock-path=\(paths.backupLocks)
      spool-path=\(paths.spool)
      log-level-console=warn
      log-level-file=detail
      process-max=2
      start-fast=y
      compress-type=zst
      archive-async=y
      archive-timeout=120

      [\(instance.stanza)]
      pg1-path=\(paths.dataDirectory)
      pg1-port=\(instance.localSettings.port)
      pg1-socket-path=\(paths.socketDirectory)
      pg1-user=\(user)

      """
  }

  /// Whole days, rounded up: a backup is never dropped too early.
  static func days(_ span: TimeSpan) -> Int { (span.seconds + 86_399) / 86_400 }
}

/// A file as it was found, held against what it should be.
struct FoundBackupFile: Hashable, Sendable {
  enum Cipher: Hashable, Sendable { case same, differs, unknown }

  var state: BackupState.File
  /// The text with what stands for the secret in the secret's place.
  var shown: String
  /// How the key for the repository stands to the one that the specs ask for.
  var cipher: Cipher

  /// - Parameter secret: what the reference of the specs gives; `nil` where it can't be had: then whatever pass
  ///   the file holds counts as the right one.
  init(found: String, wanted: BackupFile, secret: Secret?) {
    let pass = Self.pass(in: found)
    let reference = wanted.configuration.cipher
    switch (pass, reference, secret) {
    case (nil, nil, _): cipher = .same
    case (nil, _?, _), (_?, nil, _): cipher = .differs
    case (let pass?, _?, let secret?): cipher = pass == secret.reveal() ? .same : .differs
    case (_?, _?, nil): cipher = .unknown
    }
    shown = Self.show(found, cipher, reference)
    let expected = wanted.text(secret: secret ?? pass.map(Secret.init))
    state = expected == found ? .matches : .differs
  }

  static let differingPass = "<other than the specs ask for>"

  private static func pass(in text: String) -> String? {
    text.split(separator: "\n").last { $0.hasPrefix(BackupFile.passLine) }
      .map { String($0.dropFirst(BackupFile.passLine.count)) }
  }

  private static func show(_ text: String, _ cipher: Cipher, _ reference: SecretRef?) -> String {
    let word =
      switch cipher {
      case .same: reference.map { "<as \($0)>" } ?? ""
      case .differs: differingPass
      case .unknown: "<unknown>"
      }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      // A misspelt key may hold the secret too.
      line.contains("cipher-pass") ? BackupFile.passLine + word : String(line)
    }.joined(separator: "\n")
  }
}
