import Model
import Planner

/// `--allow restart=instance/orders`; may be pasted into a shell as it stands.
func allowFlag(_ hazard: Hazard) -> String { "--allow \(hazard.kind.rawValue)=\(hazard.address.pastable)" }

/// The flags that allow all the hazards, each once, by kind and address.
///
/// An address allows what lies below it too, so very many of a kind are allowed by role, by instance, or at
/// last as a whole. What makes or deletes data is always allowed one by one.
package func allowFlags(_ hazards: [Hazard]) -> [String] {
  let byKind = grouped(hazards.sorted { ($0.kind, $0.address) < ($1.kind, $1.address) }, by: \.kind)
  return byKind.flatMap { alike in
    let (kind, addresses) = (alike[0].kind, alike.map(\.address))
    let levels = [Int.max, roleDepth, instanceDepth].map { depth in flags(kind, addresses, depth: depth) }
    guard kind != .createInstance, kind != .dataLoss else { return levels[0] }
    return levels.first { $0.count <= mostFlagsOfAKind } ?? ["--allow \(kind.rawValue)"]
  }
}

private func flags(_ kind: Hazard.Kind, _ addresses: [Address], depth: Int) -> [String] {
  let cut = addresses.map { Address(Array($0.segments.prefix(depth))) }
  return grouped(cut) { $0 }.map { allowFlag(Hazard(kind, $0[0], "")) }
}

/// Segments of `instance/orders/access/role/alice` and of `instance/orders`.
private let (roleDepth, instanceDepth) = (5, 2)

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
  let words = text.split(separator: " ").map {
    $0.dropFirst().contains(where: \.isUppercase) ? String($0) : $0.lowercased()
  }
  return words.joined(separator: " ")
}
