import AWSWire
import HTTP
import XML

/// Reads one account of RDS, page by page.
protocol RDSReading: Sendable {
  /// - Shape: all items of all pages of each call, or why they can't be had; in the order of the calls.
  func results(_ calls: [AWSPages]) async -> [Result<[XMLElement], AWSFailure>]

  /// The account that is read.
  func callerAccount() async throws(AWSFailure) -> String
}

extension AWSAccountClients: RDSReading {
  func results(_ calls: [AWSPages]) async -> [Result<[XMLElement], AWSFailure>] {
    do throws(EndpointFailure) { return await (try client()).results(calls) } catch {
      return calls.map { .failure(AWSFailure(error, of: $0.call)) }
    }
  }

  func callerAccount() async throws(AWSFailure) -> String {
    let client: AWSClient
    do throws(EndpointFailure) { client = try self.client() } catch {
      throw AWSFailure(error, of: .sts("GetCallerIdentity"))
    }
    return try await client.callerAccount()
  }
}

extension AWSFailure {
  fileprivate init(_ failure: EndpointFailure, of call: AWSCall) {
    self.init(
      .credentials, service: call.service, action: call.action, detail: failure.message, hint: failure.hint)
  }
}
