import Diagnostics
import Model
import YAML

/// A platform that this version has, and the line that says what it is.
struct PlatformDocument: Sendable {
  let value: DesiredPlatform
  let type: PlatformType
  let typeLocation: SourceLocation
}

/// Reads a platform; `nil` where its type isn't one of this version.
func readPlatform(_ document: SpecDocument, _ diagnostics: inout [Diagnostic]) -> PlatformDocument? {
  let root = document.root
  guard let typeNode = root["type"], let type = typeNode.text.flatMap(PlatformType.init) else {
    if root["type"] == nil { diagnostics += missingKeys(in: root, Language.platform) }
    return nil
  }
  diagnostics += fieldsOfOtherPlatforms(
    root, Language.platform, type, name: document.name, typeLocation: typeNode.location)
  let kind: DesiredPlatform.Kind
  switch type {
  case .local: kind = .local(hostname: hostname(of: document, &diagnostics), runAs: root.text("run_as"))
  case .server: kind = .server
  case .aws:
    diagnostics += missingKeys(in: root, Language.platform)
    guard let account = readAccount(document, &diagnostics) else { return nil }
    kind = .aws(account)
  }
  return PlatformDocument(
    value: DesiredPlatform(name: document.name, kind: kind), type: type, typeLocation: typeNode.location)
}

private func hostname(of document: SpecDocument, _ diagnostics: inout [Diagnostic]) -> String {
  if document.root["hostname"] == nil {
    diagnostics.append(
      Diagnostic(
        .missingKey, message: "`hostname` of the local platform `\(document.name)` is missing",
        at: document.root.location,
        hint: "write `hostname: …` as the command `hostname` prints it there"))
  }
  return document.root.text("hostname") ?? ""
}

private func readAccount(_ document: SpecDocument, _ diagnostics: inout [Diagnostic]) -> AWSAccount? {
  let root = document.root
  for (key, form) in [("region", "region: eu-west-1"), ("account", "account: 123456789012")] where root[key] == nil {
    diagnostics.append(
      Diagnostic(
        .missingKey, message: "`\(key)` of the `aws` platform `\(document.name)` is missing", at: root.location,
        hint: "write it like `\(form)`"))
  }
  guard let region = root.text("region"), let number = root.text("account") else { return nil }
  var account = AWSAccount(region: region, account: number)
  account.profile = root.text("profile")
  account.endpoints = root.textMap("endpoints")
  account.certificateAuthority = root.text("ca")
  if let node = root["assume_role"], let name = node["arn"], let text = name.text {
    account.role = .init(
      name: text, externalID: node.text("external_id"), sessionName: node.text("session_name"))
    if let owner = roleAccount(text), owner != number, let place = root["account"] {
      diagnostics.append(
        Diagnostic(
          .conflict, message: "the role is of account \(owner), and the platform of \(number)", at: name.location,
          hint: "name a role of the platform's account",
          related: [.init("the account is set here", at: place.location)]))
    }
  }
  return account
}

/// Fields that only another type of platform honours, with both lines.
func fieldsOfOtherPlatforms(
  _ node: Node, _ table: Table, _ type: PlatformType, name: String, typeLocation: SourceLocation
) -> [Diagnostic] {
  node.pairs.flatMap { pair -> [Diagnostic] in
    guard let field = table[pair.name] else { return [] }
    if !field.isHonoured(on: type) {
      let others = field.platforms.map { "`\($0.rawValue)`" }.joined(separator: " and ")
      return [
        Diagnostic(
          .conflict,
          message:
            "`\(pair.name)` of \(table.title) is for \(others) platforms, and `\(name)` is of type `\(type.rawValue)`",
          at: pair.key.location, hint: "take it out",
          related: [.init("the type of `\(name)` is set here", at: typeLocation)])
      ]
    }
    guard case .table(let inner) = field.shape else { return [] }
    return fieldsOfOtherPlatforms(pair.value, inner, type, name: name, typeLocation: typeLocation)
  }
}
