import AWSWire
import Diagnostics
import Model
import PlatformKit
import XML

/// Why something of an account is not known.
struct ReadFailure: Error, Hashable, Sendable {
  var message: String
  var hint: String
  var isTransient = false
  /// The credentials may not make this call; others may work.
  var isDenied = false
  /// Of the key in the spec that asks for what there isn't: then it is the author's mistake.
  var path: [String]?

  init(_ failure: AWSFailure) {
    message = failure.message
    isDenied = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"].contains(failure.code)
    hint = failure.hint ?? (failure.isTransient ? "try again" : "see what RDS answers to `\(failure.action)`")
    isTransient = failure.isTransient
  }

  init(_ fault: UnreadableAnswer, of call: AWSPages) {
    message = escapedForTerminal("\(call.call): \(fault.message)")
    hint = "a proxy or another server may have answered: check the endpoint"
  }

  init(message: String, hint: String, path: [String]? = nil) {
    (self.message, self.hint, self.path) = (escapedForTerminal(message), hint, path)
  }

  func observation(of instance: DesiredInstance) -> ObservationFailure {
    ObservationFailure(address: instance.address, message: message, hint: hint, isTransient: isTransient)
  }
}

/// What a read gave, or why it gave nothing; told only to those who need it.
typealias Read<Value> = Result<Value, ReadFailure>

extension Result<[XMLElement], AWSFailure> {
  /// The items, each read.
  ///
  /// - Parameter missing: codes by which RDS says that what was asked for by name isn't there.
  func read<Value>(
    _ call: AWSPages, missing: Set<String> = [], _ item: (XMLElement) throws(UnreadableAnswer) -> Value
  ) -> Read<[Value]> {
    switch self {
    case .failure(let failure):
      if failure.kind == .refused, failure.code.map(missing.contains) == true { return .success([]) }
      return .failure(ReadFailure(failure))
    case .success(let elements):
      var values: [Value] = []
      for element in elements {
        do throws(UnreadableAnswer) { values.append(try item(element)) } catch {
          return .failure(ReadFailure(error, of: call))
        }
      }
      return .success(values)
    }
  }
}
