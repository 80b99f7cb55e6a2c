import Model
import Planner
import PlatformKit

/// A secret that a plan needs and that can't be had.
package struct MissingSecret: Hashable, Sendable, CustomStringConvertible {
  package var reference: SecretRef
  /// What needs it.
  package var address: Address
  package var message: String

  package var description: String { "\(address): \(reference): \(message)" }
}

extension Plan {
  /// The secrets that the plan's steps need and that the source does not give, found before anything is done.
  func missingSecrets(_ source: any SecretSource) async -> [MissingSecret] {
    var missing: [MissingSecret] = []
    var asked: Set<SecretRef> = []
    for (reference, address) in secretReferences where asked.insert(reference).inserted {
      do throws(SecretFailure) {
        _ = try await source.resolve(reference)
      } catch {
        missing.append(MissingSecret(reference: reference, address: address, message: error.message))
      }
    }
    return missing
  }

  private var secretReferences: [(SecretRef, Address)] {
    instances.flatMap { instance in
      instance.steps.flatMap(\.work.operations).flatMap { $0.secretReferences(in: instance.address) }
    }
  }
}

extension Operation {
  fileprivate func secretReferences(in instance: Address) -> [(SecretRef, Address)] {
    switch self {
    case .sql(let batch):
      batch.statements.compactMap { statement in
        if case .password(let role, let reference) = statement {
          (reference, instance.appending("access", "role", role))
        } else {
          nil
        }
      }
    case .file(.write(_, let parts, _, _)):
      parts.compactMap {
        if case .secret(let reference) = $0 { (reference, instance.appending("backup")) } else { nil }
      }
    case .http(let call):
      call.form.compactMap { field in
        if case .secret(let reference) = field.value { (reference, instance) } else { nil }
      }
    case .file, .command: []
    }
  }
}
