import Model
import Planner

/// `--allow restart=instance/orders`; may be pasted into a shell as it stands.
func allowFlag(_ hazard: Hazard) -> String { "--allow \(hazard.kind.rawValue)=\(hazard.address.pastable)" }

/// The flags that allow all the hazards, each once, by kind and address.
///
/// A kind that stands at very many addresses is allowed as a whole, but for creating instances, which is allowed by
/// address only.
package func allowFlags(_ hazards: [Hazard]) -> [String] {
  let byKind = grouped(hazards.sorted { ($0.kind, $0.address) < ($1.kind, $1.address) }, by: \.kind)
  return byKind.flatMap { alike in
    let flags = grouped(alike.map(allowFlag)) { $0 }.map { $0[0] }
    let isWhole = flags.count > mostFlagsOfAKind && alike[0].kind != .createInstance
    return isWhole ? ["--allow \(alike[0].kind.rawValue)"] : flags
  }
}

/// The command with its flags, a flag a line.
func allowCommand(_ command: String, _ flags: [String]) -> [String] {
  ([command] + flags.map { "  " + $0 }).enumerated().map { $1 + ($0 < flags.count ? " \\" : "") }
}

private let mostFlagsOfAKind = 12

/// `access loss` of `access-loss`, `archiver failing` of `archiverFailing`, `missing WAL` of `missingWAL`.
func spacedWords(_ name: String) -> String {
  var text = ""
  var last: Character = " "
  for character in name {
    if character == "-" {
      text += " "
    } else if character.isUppercase && last.isLowercase {
      text += " " + String(character)
    } else {
      text.append(character)
    }
    last = character
  }
  let words = text.split(separator: " ").map { $0.dropFirst().contains(where: \.isUppercase) ? String($0) : $0.lowercased() }
  return words.joined(separator: " ")
}
