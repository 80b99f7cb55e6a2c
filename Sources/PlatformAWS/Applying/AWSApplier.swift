import AWSWire
import HTTP
import Model
import Planner
import PlatformKit
import PlatformServer
import PostgresCatalog
import SQL

/// The writer of one instance of RDS for one run: calls of the API, and SQL inside.
actor AWSApplier: Applier {
  private let instance: DesiredInstance
  private let run: String
  private let clients: AWSAccountClients
  private let secrets: any SecretSource
  private let inside: ServerApplierSource
  private let lock: any FileLock
  private let now: @Sendable () -> Timestamp
  private let clock: RetryClock
  /// Opened when there is SQL to run, and given up before each call: many of them restart the server.
  private var session: (any Applier)?
  private var isStopping = false
  /// Under way between two looks at an instance that isn't ready.
  private var pausing: Task<Void, any Error>?

  /// How long an act waits for what somebody else does to the instance. The executor then looks, lets itself be
  /// interrupted, and tries again.
  static let patience = Duration.seconds(300)
  /// How long for a refusal to pass that nothing else explains: an instance is called available before it is.
  private static let shortPatience = Duration.seconds(60)
  private static let pause = Duration.seconds(10)

  init(
    instance: DesiredInstance, run: String, clients: AWSAccountClients, secrets: any SecretSource,
    inside: ServerApplierSource, lock: any FileLock, now: @escaping @Sendable () -> Timestamp, clock: RetryClock
  ) {
    (self.instance, self.run, self.clients, self.secrets) = (instance, run, clients, secrets)
    (self.inside, self.lock, self.now, self.clock) = (inside, lock, now, clock)
  }

  func perform(_ operation: Operation) async throws(ApplyFailure) {
    switch operation {
    case .http(let call): try await perform(call)
    case .sql: try await openSession().perform(operation)
    case .command, .file:
      throw ApplyFailure(message: "an instance of RDS takes no programs and no files", leftNothing: true)
    }
  }

  func stopWaiting() {
    isStopping = true
    pausing?.cancel()
  }

  func finish() async {
    await closeSession()
    await lock.release()
  }

  private func closeSession() async {
    await session?.finish()
    session = nil
  }
}

// MARK: Calls

extension AWSApplier {
  private func perform(_ call: HTTPCall) async throws(ApplyFailure) {
    guard call.endpoint == AWSService.rds.rawValue, !call.action.isEmpty else {
      throw ApplyFailure(message: "the plan calls `\(call.endpoint)`, which is not RDS", leftNothing: true)
    }
    try await checkOtherAccount(of: call)
    let request = try await request(for: call)
    let client = try await client(of: call.account, region: call.region)
    await closeSession()
    let target = CallTarget(call)
    let start = clock.now()
    if let target, try await isGoing(target, of: call, client, since: start) { return }
    while let refusal = try await send(request, call, client) {
      var limit = Self.shortPatience
      if let target, let state = try await look(at: target, client), state.status.activity == .busy {
        limit = Self.patience
      }
      guard clock.now() - start < limit else { throw ApplyFailure(refusal) }
      try await sleep()
    }
  }

  /// Waits until the target is at rest. `true` where it is being deleted, and that is what the call is for.
  private func isGoing(
    _ target: CallTarget, of call: HTTPCall, _ client: AWSClient, since start: Duration
  ) async throws(ApplyFailure) -> Bool {
    while let state = try await look(at: target, client), state.status.activity == .busy {
      if state.status.word == "deleting", call.action.hasPrefix("Delete") { return true }
      guard clock.now() - start < Self.patience else {
        throw ApplyFailure(
          message:
            "\(target.identifier) is still \(state.status.word), and takes no \(call.action) before that is over",
          hint: "apply the same plan again when it is over", leftNothing: true, isTransient: true)
      }
      try await sleep()
    }
    return false
  }

  /// `nil` where the work is done; a refusal where it may pass.
  private func send(
    _ request: AWSCall, _ call: HTTPCall, _ client: AWSClient
  ) async throws(ApplyFailure) -> AWSFailure? {
    do throws(AWSFailure) {
      _ = try await client.call(request, isWrite: true)
      return nil
    } catch {
      if let code = error.code, error.kind == .refused, call.doneCodes.contains(code) { return nil }
      if error.saysNothingChanges { return nil }
      if error.isOfState { return error }
      throw ApplyFailure(error)
    }
  }

  private func look(at target: CallTarget, _ client: AWSClient) async throws(ApplyFailure) -> CallTarget.State? {
    do throws(AWSFailure) { return try await target.state(by: client) } catch { throw ApplyFailure(error) }
  }

  /// - Parameter account: another one, whose role the specs name; `nil` for the platform's own.
  private func client(of account: String? = nil, region: String?) async throws(ApplyFailure) -> AWSClient {
    do throws(EndpointFailure) {
      guard let account else { return try await clients.client(region: region) }
      let copy = instance.cloud.backup?.copies.first { $0.target.account == account && $0.target.region == region }
      guard let copy else {
        throw EndpointFailure(
          message: "the specs name no role of account \(account)", hint: "plan again: `copy_to` has changed")
      }
      return try await clients.clients(for: copy).client(region: region)
    } catch {
      throw ApplyFailure(error)
    }
  }

  /// Before anything is sent: the call before this one gives that account leave to copy.
  private func checkOtherAccount(of call: HTTPCall) async throws(ApplyFailure) {
    let accounts = call.account.map { [$0] } ?? call.sharedWith
    for copy in instance.cloud.backup?.copies ?? [] where accounts.contains(copy.target.account) {
      let others: AWSAccountClients
      do throws(EndpointFailure) { others = try await clients.clients(for: copy) } catch { throw ApplyFailure(error) }
      do throws(AWSFailure) { try await others.checkAccount() } catch { throw ApplyFailure(error) }
    }
  }

  private func sleep() async throws(ApplyFailure) {
    let stopped = ApplyFailure(message: "interrupted while waiting for the instance", leftNothing: true)
    guard !isStopping else { throw stopped }
    let pausing = Task { [clock] in try await clock.sleep(Self.pause) }
    self.pausing = pausing
    defer { self.pausing = nil }
    let end = await withTaskCancellationHandler {
      await pausing.result
    } onCancel: {
      pausing.cancel()
    }
    if case .failure = end { throw stopped }
  }

  /// All secrets are had before anything is sent.
  private func request(for call: HTTPCall) async throws(ApplyFailure) -> AWSCall {
    var fields = AWSFields()
    for field in call.form where field.name != "Action" && field.name != "Version" {
      switch field.value {
      case .literal(let text): fields.set(field.name, text)
      case .timestamped(let prefix): fields.set(field.name, prefix + now().compact)
      case .newestSnapshot(let source, let prefix):
        fields.set(field.name, prefix + (try await newestSnapshot(of: source)))
      case .secret(let reference): fields.set(field.name, secret: try await secret(reference))
      }
    }
    return .rds(call.action, fields)
  }

  /// Of those that Holdfast took; a step before has just waited for it.
  private func newestSnapshot(of source: SnapshotSource) async throws(ApplyFailure) -> String {
    let call = RDSRead.snapshots(of: source.identifier, ofClusters: source.isCluster, kind: "manual")
    let read = await clients.results([call])[0].read(call, RDSSnapshot.init)
    let snapshots: [RDSSnapshot]
    do throws(ReadFailure) { snapshots = try read.get() } catch {
      throw ApplyFailure(
        message: error.message, hint: error.hint, leftNothing: true, isTransient: error.isTransient)
    }
    let ours = snapshots.filter {
      $0.status == "available" && DesiredManaged.moment(ofSnapshot: $0.identifier, of: source.identifier) != nil
    }
    guard let newest = ours.map(\.identifier).max() else {
      throw ApplyFailure(
        message: "there is no snapshot of \(source.identifier) to copy", hint: "plan again", leftNothing: true)
    }
    return newest
  }

  private func secret(_ reference: SecretRef) async throws(ApplyFailure) -> Secret {
    do throws(SecretFailure) { return try await secrets.resolve(reference) } catch {
      throw ApplyFailure(message: "the secret \(reference) can't be had: \(error.message)", leftNothing: true)
    }
  }
}

// MARK: Inside

extension AWSApplier {
  private func openSession() async throws(ApplyFailure) -> any Applier {
    if let session { return session }
    let known = try await knownEndpoint()
    let endpoint: ServerEndpoint
    do throws(InsideFailure) {
      endpoint = try await clients.sqlEndpoint(of: instance, for: .applying(run: run), at: known, secrets: secrets)
    } catch {
      throw ApplyFailure(
        message: error.message, hint: error.hint, leftNothing: true, isTransient: error.isTransient)
    }
    do throws(LockFailure) {
      let opened = try await inside.lockAndOpen(instance, at: endpoint)
      session = opened
      return opened
    } catch {
      switch error {
      case .held(let message): throw ApplyFailure(message: message, leftNothing: true)
      case .failed(let message, let hint): throw ApplyFailure(message: message, hint: hint, leftNothing: true)
      }
    }
  }

  private func knownEndpoint() async throws(ApplyFailure) -> ManagedState.Endpoint {
    let cloud = instance.cloud
    let target = CallTarget(identifier: cloud.identifier, isCluster: cloud.isCluster)
    let state = try await look(at: target, try await client(region: nil))
    guard let endpoint = state?.endpoint else {
      throw ApplyFailure(
        message: "\(cloud.identifier) has no endpoint: it is \(state?.status.word ?? "not there")",
        hint: "plan again when it runs", leftNothing: true)
    }
    return endpoint
  }
}
