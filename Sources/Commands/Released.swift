import ArgumentParser
import Execution
import Glibc
import Model
import NativeClients
import PlatformKit
import SpecText
import YAML

extension Session {
  /// Addresses that the specs held at a commit, and instances that runs changed, which today's specs don't name: they
  /// are left alone from now on. Each with the line that would remove it.
  func released(since reference: String?, history: JournalHistory?) async throws -> [String] {
    // The journal knows instances; what was in them only the specs of a commit tell.
    var former = Set((history?.instances ?? [:]).filter { $0.value.removed == nil }.map { Address.instance($0.key) })
    if let reference { former.formUnion(try await addresses(at: reference)) }
    let current = Set(repository.desired.instances.flatMap { [$0.address] + $0.knownAddresses })
    let gone = former.subtracting(current).sorted()
    // An instance that is gone stands for all that was in it.
    return gone.filter { address in !gone.contains { $0 != address && $0.contains(address) } }
      .map { "\($0): \($0.removalAdvice)" }
  }

  private func addresses(at reference: String) async throws -> [Address] {
    guard
      let list = await repository.gitOutput(
        ["ls-tree", "-r", "--name-only", reference, "--", "specs"], composition.runner)
    else {
      terminal.complain("holdfast: git knows no specs at `\(reference)`\n")
      throw ExitCode(ExitStatus.usage.rawValue)
    }
    var documents: [Document] = []
    for path in list.split(separator: "\n").map(String.init) where path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
      guard let text = await repository.gitOutput(["show", "\(reference):./\(path)"], composition.runner) else {
        continue
      }
      documents += readDocuments(in: Array(text.utf8), file: "\(reference):\(path)").documents
    }
    let former = readSpecs(documents: documents, root: repository.rootDocuments).desired
    return former.instances.flatMap { [$0.address] + $0.knownAddresses }.filter(\.isWorthReleasing)
  }
}

extension Address {
  /// Instances, roles, databases and schemas stay behind when their lines go; a parameter is reset, a grant is revoked.
  fileprivate var isWorthReleasing: Bool {
    let kinds = segments.dropFirst(2)
    return kinds.isEmpty || (kinds.count == 3 && kinds.starts(with: ["access", "role"]))
      || (kinds.first == "database"
        && (kinds.count == 2 || (kinds.count == 4 && kinds[kinds.startIndex + 2] == "schema")))
  }

  fileprivate var removalAdvice: String {
    let kinds = segments.dropFirst(2)
    if kinds.isEmpty { return "left alone; `state: absent` in its spec would remove it" }
    if kinds.first == "access" {
      return "left alone; `\(segments.last ?? ""): { state: absent }` in an Access document would remove it"
    }
    return "left alone; Holdfast never drops it"
  }
}
