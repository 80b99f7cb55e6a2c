@preconcurrency import Dispatch
import PlatformKit

/// Runs a blocking call of the file system on Dispatch's threads instead of the shared pool's few.
package func blocking<Value: Sendable, Failure: Error>(
  _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  let outcome: Result<Value, Failure> = await withCheckedContinuation { continuation in
    fileQueue.async {
      let outcome: Result<Value, Failure>
      do throws(Failure) { outcome = .success(try work()) } catch { outcome = .failure(error) }
      continuation.resume(returning: outcome)
    }
  }
  return try outcome.get()
}

/// The same for a call with paths: C would silently end one at a NUL, and take an empty one for something else.
package func blocking<Value: Sendable>(
  on paths: String..., work: @escaping @Sendable () throws(FileFailure) -> Value
) async throws(FileFailure) -> Value {
  for path in paths where path.isEmpty || path.utf8.contains(0) {
    throw FileFailure("use the path", path, message: "it is empty or holds a NUL character")
  }
  return try await blocking(work)
}

private let fileQueue = DispatchQueue(label: "holdfast.files", attributes: .concurrent)
