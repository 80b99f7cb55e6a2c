import SQL

/// The profiles of both shared files, and the credentials they lead to.
struct Profiles {
  private let surroundings: CredentialSurroundings
  private let credentials: ProfileFile
  private let config: ProfileFile

  init(_ surroundings: CredentialSurroundings) async throws(CredentialFailure) {
    self.surroundings = surroundings
    credentials = try await ProfileFile(
      surroundings.path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"), .credentials, files: surroundings.files)
    config = try await ProfileFile(
      surroundings.path("AWS_CONFIG_FILE", "~/.aws/config"), .config, files: surroundings.files)
  }

  /// The keys of a profile: those of the credentials file win.
  subscript(name: String) -> [String: String]? {
    guard credentials[name] != nil || config[name] != nil else { return nil }
    return (config[name] ?? [:]).merging(credentials[name] ?? [:]) { $1 }.filter { !$0.value.isEmpty }
  }

  var places: String { "\(credentials.path) or \(config.path)" }

  func missing(_ name: String, askedBy: String) -> CredentialFailure {
    let known = Set(credentials.profiles + config.profiles).sorted()
    return CredentialFailure(
      message: "profile `\(name)`, which \(askedBy) asks for, is not in \(places)",
      hint: known.isEmpty ? "there are no profiles" : "there are \(known.map { "`\($0)`" }.joined(separator: ", "))")
  }

  /// The credentials that a profile holds or leads to; `nil` where it does neither.
  ///
  /// - Parameter path: the profiles that led here, each the other's `source_profile`.
  func credentials(of name: String, path: [String] = []) async throws(CredentialFailure) -> AWSCredentials? {
    guard let keys = self[name] else { throw missing(name, askedBy: "profile `\(path.last ?? name)`") }
    // A profile may assume a role with its own access key; any other way back is a circle.
    guard !path.contains(name) || path.last == name else { throw circle(path + [name]) }
    if path.last != name, let role = keys["role_arn"] {
      return try await assume(role, keys, name, path)
    }
    let found = try staticCredentials(
      { keys[$0] }, names: ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
      source: "profile `\(name)`")
    if found == nil {
      if path.last == name { throw circle(path + [name]) }
      try refuseUnsupported(keys, name)
    }
    return found
  }

  private func assume(
    _ roleARN: String, _ keys: [String: String], _ name: String, _ path: [String]
  ) async throws(CredentialFailure) -> AWSCredentials {
    let role = AssumedRole(
      roleARN: roleARN, externalID: keys["external_id"],
      sessionName: keys["role_session_name"] ?? surroundings.variable("AWS_ROLE_SESSION_NAME"),
      durationSeconds: try duration(keys, name))
    if let file = keys["web_identity_token_file"] {
      let path = surroundings.expanded(file)
      let token = try await readToken(path, named: "web_identity_token_file of profile `\(name)`", surroundings.files)
      return try await role.assume(by: Secret(token), from: path, client: surroundings.client(nil))
    }
    if keys["mfa_serial"] != nil {
      throw unsupported("mfa_serial", name, "it can't ask for a code; use a session that another tool has opened")
    }
    let base = try await base(keys, name, path)
    return try await role.assume(by: surroundings.client(base), of: base.source)
  }

  /// What the role of a profile is assumed with.
  private func base(
    _ keys: [String: String], _ name: String, _ path: [String]
  ) async throws(CredentialFailure) -> AWSCredentials {
    switch (keys["source_profile"], keys["credential_source"]) {
    case (let source?, nil):
      if let found = try await credentials(of: source, path: path + [name]) { return found }
      throw CredentialFailure(
        message: "profile `\(source)`, the source_profile of `\(name)`, holds no credentials",
        hint: "put an access key there, or name another")
    case (nil, let source?): return try await credentials(by: source, name)
    case (nil, nil):
      throw CredentialFailure(
        message: "profile `\(name)` has a role_arn, but nothing to assume it with",
        hint: "add `source_profile`, `credential_source` or `web_identity_token_file`")
    case (_?, _?):
      throw CredentialFailure(
        message: "profile `\(name)` has both source_profile and credential_source", hint: "remove one of them")
    }
  }

  private func credentials(by source: String, _ name: String) async throws(CredentialFailure) -> AWSCredentials {
    var search = CredentialSearch(settings: CredentialSettings(), surroundings: surroundings)
    let found: AWSCredentials?
    switch source {
    case "Environment": found = try search.findInEnvironment()
    case "EcsContainer": found = try await search.findInContainer()
    case "Ec2InstanceMetadata": found = try await search.findOnInstance()
    default:
      throw CredentialFailure(
        message: "`\(source)` is not a credential_source (profile `\(name)`)",
        hint: "there are Environment, EcsContainer and Ec2InstanceMetadata")
    }
    guard let found else { throw search.nothingFound }
    return found
  }

  private func duration(_ keys: [String: String], _ name: String) throws(CredentialFailure) -> Int? {
    guard let text = keys["duration_seconds"] else { return nil }
    // - Source: AWS STS API Reference, "AssumeRole", `DurationSeconds`, read 2026-11-22.
    guard let seconds = Int(text), (900...43_200).contains(seconds) else {
      throw CredentialFailure(
        message: "duration_seconds of profile `\(name)` is not between 900 and 43200", hint: "correct it")
    }
    return seconds
  }

  private func circle(_ path: [String]) -> CredentialFailure {
    CredentialFailure(
      message: "the source_profile of profiles goes in a circle: \(path.map { "`\($0)`" }.joined(separator: " → "))",
      hint: "let one of them hold an access key")
  }

  private func refuseUnsupported(_ keys: [String: String], _ name: String) throws(CredentialFailure) {
    let export = "run `eval \"$(aws configure export-credentials --profile \(name) --format env)\"` before"
    for key in ["credential_process", "sso_session", "sso_start_url", "login_session"] where keys[key] != nil {
      throw unsupported(key, name, export)
    }
  }

  private func unsupported(_ key: String, _ name: String, _ hint: String) -> CredentialFailure {
    CredentialFailure(message: "\(key) of profile `\(name)` is not supported by this version", hint: hint)
  }
}

extension CredentialSurroundings {
  fileprivate func path(_ name: String, _ usual: String) -> String { expanded(variable(name) ?? usual) }

  /// With the home directory in the place of a leading `~`.
  fileprivate func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = variable("HOME") else { return path }
    return home + path.dropFirst()
  }
}
