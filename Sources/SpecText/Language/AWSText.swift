import Diagnostics
import Model

/// What texts of AWS have to look like. What only the account knows, such as which classes there are, is asked later.
enum AWSText: Sendable {
  case account, region, identifier
  /// An identifier, or an ARN where the other instance is in another region.
  case instanceName
  case instanceClass, securityGroup, role
  /// A name, an id or an ARN of something that the account has.
  case name
  /// `02:00-02:30`
  case dailyWindow
  /// `sun:03:00-sun:04:00`
  case weeklyWindow
  /// Aurora capacity units, `0.5`.
  case capacity
  /// A moment or `latest`.
  case restoreMoment
  case endpoint
  /// The name or the ARN of a secret, with variables.
  case secret
}

extension AWSText {
  func fault(in text: String) -> TextFault? {
    switch self {
    case .account:
      text.utf8.count == 12 && text.utf8.allSatisfy(isDigit)
        ? nil : TextFault(message: "is no number of an AWS account", hint: "write its 12 digits")
    case .region: regionFault(text)
    case .identifier: identifierFault(text)
    case .instanceName: text.hasPrefix("arn:") ? nil : identifierFault(text)
    case .instanceClass: classFault(text)
    case .securityGroup:
      text.hasPrefix("sg-") && text.utf8.count > 3 && text.dropFirst(3).utf8.allSatisfy(isLowerOrDigit)
        ? nil : TextFault(message: "is no id of a security group", hint: "write it like sg-0a1b2c3d")
    case .role: roleFault(text)
    case .name: text.isEmpty ? TextFault(message: "is no name", hint: "write one, or take the line out") : nil
    case .dailyWindow:
      windowFault(
        DailyWindow(text)?.length, "is no window of a day", hint: "write it like 02:00-02:30, in UTC")
    case .weeklyWindow:
      windowFault(
        WeeklyWindow(text)?.length, "is no window of a week", hint: "write it like sun:03:00-sun:04:00, in UTC")
    case .capacity:
      CapacityUnits(text) == nil
        ? TextFault(message: "is no number of capacity units", hint: "write 0 to 256 in steps of 0.5") : nil
    case .restoreMoment: restoreMomentFault(text)
    case .endpoint: endpointFault(text)
    case .secret:
      text.isEmpty || text.contains(" ")
        ? TextFault(message: "is no name of a secret", hint: "write its name or its ARN") : nil
    }
  }
}

/// The longest identifier of an instance.
///
/// - Source: Amazon RDS API reference, `CreateDBInstance`, `DBInstanceIdentifier`, read 2026-11-22.
private let longestIdentifier = 63

private func identifierFault(_ text: String) -> TextFault? {
  if text.utf8.count > longestIdentifier {
    return TextFault(
      code: .nameTooLong,
      message: "is \(text.utf8.count) characters long; identifiers have at most \(longestIdentifier)",
      hint: "choose a shorter one")
  }
  if text.utf8.contains(where: isUpper), text.utf8.allSatisfy({ isLowerOrDigit($0) || isUpper($0) || isHyphen($0) }) {
    return TextFault(
      message: "holds upper case, and RDS keeps identifiers in lower case", hint: "write `\(text.lowercased())`")
  }
  let isWellFormed =
    text.utf8.allSatisfy { isLowerOrDigit($0) || isHyphen($0) }
    && text.utf8.first.map { !isDigit($0) && !isHyphen($0) } ?? false
    && text.utf8.last.map { !isHyphen($0) } ?? false && !text.contains("--")
  return isWellFormed
    ? nil
    : TextFault(
      message: text.isEmpty ? "is no name" : "is no identifier of RDS",
      hint: "use letters, digits and single hyphens, a letter first and no hyphen last")
}

private func classFault(_ text: String) -> TextFault? {
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  let isWellFormed =
    parts.count >= 2 && parts[0] == "db"
    && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { isLowerOrDigit($0) || isHyphen($0) } }
  return isWellFormed ? nil : TextFault(message: "is no class of instances", hint: "write it like db.t4g.medium")
}

private func regionFault(_ text: String) -> TextFault? {
  guard !AWSRegion.isName(text) else { return nil }
  let meant = closest(text, in: AWSRegion.known)
  return TextFault(
    message: "is no region of AWS", hint: meant.map { "did you mean `\($0)`?" } ?? "write it like eu-west-1")
}

private func roleFault(_ text: String) -> TextFault? {
  roleAccount(text) == nil
    ? TextFault(message: "is no ARN of a role", hint: "write it like arn:aws:iam::123456789012:role/holdfast") : nil
}

/// The account of a role, from its ARN.
func roleAccount(_ name: String) -> String? {
  let parts = name.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
  guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "iam", parts[3].isEmpty,
    AWSText.account.fault(in: String(parts[4])) == nil, parts[5].hasPrefix("role/"), parts[5].utf8.count > 5
  else { return nil }
  return String(parts[4])
}

private func windowFault(_ length: Int?, _ message: String, hint: String) -> TextFault? {
  guard let length else { return TextFault(message: message, hint: hint) }
  return length >= shortestWindow
    ? nil
    : TextFault(message: "is \(length) minutes long; RDS takes \(shortestWindow) or more", hint: "make it longer")
}

private func restoreMomentFault(_ text: String) -> TextFault? {
  // A date means its end elsewhere; here one minute more or less is data.
  if text == "latest" || (text.utf8.count > 10 && Timestamp(specText: text) != nil) { return nil }
  return TextFault(message: "is no moment to restore", hint: "write it like 2026-11-20T03:00:00Z, or `latest`")
}

/// Credentials and answers go over these: only what never leaves the machine goes unencrypted.
private func endpointFault(_ text: String) -> TextFault? {
  let wrong = TextFault(message: "is no address of a service", hint: "write it like https://rds.example.net")
  guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return wrong }
  let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
  guard !authority.isEmpty, !text.contains(" "), !text.contains("?"), !text.contains("#"), !authority.contains("@")
  else { return wrong }
  let host =
    authority.hasPrefix("[") ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
  guard !host.isEmpty else { return wrong }
  guard scheme == "http://", !isLoopback(host) else { return nil }
  return TextFault(message: "is not encrypted, and not on this machine", hint: "write https://")
}

private func isLoopback(_ host: Substring) -> Bool {
  if host == "localhost" || host == "::1" { return true }
  let parts = host.split(separator: ".", omittingEmptySubsequences: false)
  return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.first != "+" }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
private func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
private func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
private func isHyphen(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") }
private func isLowerOrDigit(_ byte: UInt8) -> Bool { isLower(byte) || isDigit(byte) }

// For people and for editors.
extension AWSText {
  var words: String {
    switch self {
    case .account: "12 digits"
    case .region: "region: `eu-west-1`"
    case .identifier: "identifier of RDS"
    case .instanceName: "identifier of RDS or ARN"
    case .instanceClass: "class: `db.t4g.medium`"
    case .securityGroup: "id: `sg-0a1b2c3d`"
    case .role: "ARN of a role"
    case .name: "name"
    case .dailyWindow: "window in UTC: `02:00-02:30`"
    case .weeklyWindow: "window in UTC: `sun:03:00-sun:04:00`"
    case .capacity: "number, 0 to 256 in steps of 0.5"
    case .restoreMoment: "time, or `latest`"
    case .endpoint: "URL"
    case .secret: "name or ARN"
    }
  }

  /// What strings have to look like; it leaves to the reader what a pattern says badly.
  var pattern: String? {
    switch self {
    case .account: "^[0-9]{12}$"
    case .region: "^[a-z]{2}(-[a-z]+)*-(\(AWSRegion.directions.joined(separator: "|")))-[0-9]+$"
    case .identifier: "^[a-z](-?[a-z0-9])*$"
    case .instanceName: "^([a-z](-?[a-z0-9])*|arn:.+)$"
    case .instanceClass: "^db([.][a-z0-9-]+)+$"
    case .securityGroup: "^sg-[a-z0-9]+$"
    case .role: "^arn:aws[a-z-]*:iam::[0-9]{12}:role/."
    case .dailyWindow: "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"
    case .weeklyWindow: "^[A-Za-z]{3}:[0-9]{2}:[0-9]{2}-[A-Za-z]{3}:[0-9]{2}:[0-9]{2}$"
    case .capacity: "^[0-9]+([.][05]0*)?$"
    case .restoreMoment: "^(latest|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].+)$"
    case .endpoint: "^https?://[^/]"
    case .name, .secret: "^."
    }
  }
}
