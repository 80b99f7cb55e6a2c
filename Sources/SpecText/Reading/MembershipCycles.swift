import Diagnostics
import Model
import YAML

/// The circles that memberships go in, each told once, from its first name on. PostgreSQL refuses them.
///
/// Only the first ones: roles that are all members of each other go in more circles than anybody could read.
func membershipCycles(in roles: [String: DesiredRole], _ keys: [String: Pair]) -> [Diagnostic] {
  var finished: Set<String> = []
  var diagnostics: [Diagnostic] = []
  for start in roles.keys.sorted() where !finished.contains(start) && diagnostics.count < mostCircles {
    var path = MembershipPath(roles: roles)
    path.walk(from: start, &finished) { cycle in
      if diagnostics.count < mostCircles { diagnostics.append(report(cycle(), keys)) }
    }
  }
  return diagnostics
}

private let mostCircles = 20

private func report(_ cycle: [String], _ keys: [String: Pair]) -> Diagnostic {
  let first = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
  let path = Array(cycle[first...] + cycle[..<first])
  let shown = path.count > 12 ? path.prefix(6) + ["…"] + path.suffix(5) : path[...]
  let node = keys[path[0]].map { $0.value["member_of"] ?? $0.key }
  return Diagnostic(
    .cycle, message: "memberships go in a circle: \((shown + [path[0]]).joined(separator: " → "))",
    at: node?.location,
    hint: "take one `member_of` out")
}

/// A walk in depth with a stack of its own: ten thousand roles in a row are no reason to crash.
private struct MembershipPath {
  let roles: [String: DesiredRole]
  private var path: [String] = []
  private var position: [String: Int] = [:]
  private var left: [[String]] = []

  init(roles: [String: DesiredRole]) { self.roles = roles }

  mutating func walk(from start: String, _ finished: inout Set<String>, _ found: (() -> [String]) -> Void) {
    enter(start)
    while let top = left.indices.last {
      guard let next = left[top].popLast() else {
        left.removeLast()
        let done = path.removeLast()
        position[done] = nil
        finished.insert(done)
        continue
      }
      if let at = position[next] {
        found { Array(path[at...]) }
      } else if !finished.contains(next), roles[next] != nil {
        enter(next)
      }
    }
  }

  private mutating func enter(_ role: String) {
    position[role] = path.count
    path.append(role)
    left.append((roles[role]?.memberOf ?? []).map(\.role).sorted(by: >))
  }
}
