import PlatformKit

/// The sections of a shared credentials or config file. Holds secrets, so it is never shown.
struct ProfileFile {
  enum Kind { case credentials, config }

  /// As people write it: `~/.aws/config`.
  let path: String
  private var sections: [String: [String: String]] = [:]

  /// The keys of a profile, in lower case; `nil` where the file has no such section.
  subscript(profile: String) -> [String: String]? { sections[profile] }

  /// The profiles' names, sorted.
  var profiles: [String] { sections.keys.sorted() }

  /// Reads the file; one without sections where there is no file.
  ///
  /// - Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files", read 2026-11-22.
  init(_ path: String, _ kind: Kind, files: any HostFiles) async throws(CredentialFailure) {
    self.path = path
    let bytes: [UInt8]?
    do { bytes = try await files.read(path, limitBytes: 1 << 20) } catch {
      throw CredentialFailure(message: "cannot read \(path): \(error.message)", hint: "make it readable, or remove it")
    }
    guard let bytes else { return }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CredentialFailure(message: "\(path) is not UTF-8", hint: "save it as UTF-8")
    }
    try readLines(text, kind)
  }

  private mutating func readLines(_ text: String, _ kind: Kind) throws(CredentialFailure) {
    var section: String?
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      // What is indented belongs to a setting with settings of its own, `s3 =`: none that is read here.
      guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
      if first == "[" {
        section = try profileName(line, kind, at: index + 1)
        if let section { sections[section] = sections[section] ?? [:] }
        continue
      }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
      guard parts.count == 2, !parts[0].isEmpty else { throw malformed(index + 1, "expected `key = value`") }
      if let section { sections[section, default: [:]][parts[0].lowercased()] = parts[1] }
    }
  }

  /// `[prod]` of credentials, `[profile prod]` of config; `nil` for sections that are no profile.
  private func profileName(_ line: Substring, _ kind: Kind, at number: Int) throws(CredentialFailure) -> String? {
    guard let end = line.firstIndex(of: "]") else { throw malformed(number, "expected `]`") }
    let words = trimmed(line[line.index(after: line.startIndex)..<end])
    switch kind {
    case .credentials: return unquoted(words)
    case .config:
      if words == "default" { return words }
      let parts = words.split(maxSplits: 1, whereSeparator: \.isWhitespace)
      return parts.count == 2 && parts[0] == "profile" ? unquoted(trimmed(parts[1])) : nil
    }
  }

  /// Without the line itself, which may hold a secret.
  private func malformed(_ line: Int, _ what: String) -> CredentialFailure {
    CredentialFailure(message: "\(path):\(line): \(what)", hint: "correct the line")
  }
}

private func trimmed(_ text: Substring) -> String {
  String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
}

private func unquoted(_ text: String) -> String {
  for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
    return String(text.dropFirst().dropLast())
  }
  return text
}
