import AWSWire
import HTTP
import Model
import Planner
import PlatformAWS
import PlatformKit
import SQL
import Testing

@Suite struct ApplierTests {
  private let modify = call("ModifyDBInstance", ["DBInstanceIdentifier": "orders", "ApplyImmediately": "false"])

  private static func call(
    _ action: String, _ fields: KeyValuePairs<String, String>, doneCodes: [String] = []
  ) -> Planner.Operation {
    .http(
      call: HTTPCall(
        endpoint: "rds",
        form: ([("Action", action), ("Version", "2014-10-31")] + fields.map { ($0, $1) })
          .map { HTTPField($0, $1) }, doneCodes: doneCodes))
  }

  /// What came of one operation; `nil` for success.
  private func failure(_ operation: Planner.Operation, _ bench: Bench) async throws -> ApplyFailure? {
    let applier = try await bench.open()
    var failure: ApplyFailure?
    do throws(ApplyFailure) { try await applier.perform(operation) } catch { failure = error }
    await applier.finish()
    return failure
  }

  @Test func aWriteWhoseAnswerIsLostIsNotRepeated() async throws {
    let rds = ScriptedRDS { action, _ in action == "ModifyDBInstance" ? .lost : status("available") }
    let failure = try #require(try await failure(modify, try Bench(rds)))
    #expect(!failure.leftNothing && failure.isTransient)
    #expect(failure.hint == "run plan again: it shows whether the change took effect")
    #expect(rds.actions == ["DescribeDBInstances", "ModifyDBInstance"])
  }

  @Test func aBusyInstanceIsWaitedFor() async throws {
    let rds = ScriptedRDS { action, count in
      action == "DescribeDBInstances" ? status(count < 2 ? "modifying" : "available") : .result("")
    }
    let bench = try Bench(rds)
    #expect(try await failure(modify, bench) == nil)
    #expect(rds.actions.filter { $0 == "ModifyDBInstance" }.count == 1)
    #expect(bench.clock.total == .seconds(20))
  }

  @Test func whatStaysBusyIsToldAndNothingIsSent() async throws {
    let rds = ScriptedRDS { _, _ in status("upgrading") }
    let failure = try #require(try await failure(modify, try Bench(rds)))
    #expect(failure.leftNothing && failure.isTransient)
    #expect(failure.message == "orders is still upgrading, and takes no ModifyDBInstance before that is over")
    #expect(!rds.actions.contains("ModifyDBInstance"))
  }

  @Test func whoeverIsAskedToStopWaitsNoLonger() async throws {
    let rds = ScriptedRDS { _, _ in status("modifying") }
    let asleep = AsyncStream.makeStream(of: Void.self)
    let clock = RetryClock(
      now: { .zero },
      sleep: { (_: Duration) async throws(CancellationError) in
        asleep.continuation.yield()
        do { try await Task.sleep(for: .seconds(600)) } catch { throw CancellationError() }
      }, random: { 0.5 })
    let applier = try await (try Bench(rds, clock: clock)).open()
    let perform = { @Sendable [modify] () async -> ApplyFailure? in
      do throws(ApplyFailure) { try await applier.perform(modify) } catch { return error }
      return nil
    }
    async let act = perform()
    for await _ in asleep.stream { break }
    await applier.stopWaiting()
    let stopped = ApplyFailure(message: "interrupted while waiting for the instance", leftNothing: true)
    #expect(await act == stopped)
    // Nor does it begin to.
    #expect(await perform() == stopped)
    #expect(!rds.actions.contains("ModifyDBInstance"))
    await applier.finish()
  }

  /// It is called available before it takes calls.
  @Test func aRefusalForItsStateMayPass() async throws {
    let rds = ScriptedRDS { action, count in
      if action == "DescribeDBInstances" { return status("available") }
      return count < 2 ? .refusal(400, "InvalidDBInstanceState", "not now") : .result("")
    }
    #expect(try await failure(modify, try Bench(rds)) == nil)
  }

  @Test func aRefusalForItsStateThatStaysIsTold() async throws {
    let rds = ScriptedRDS { action, _ in
      action == "DescribeDBInstances" ? status("stopped") : .refusal(400, "InvalidDBInstanceState", "it is stopped")
    }
    let bench = try Bench(rds)
    let failure = try #require(try await failure(modify, bench))
    #expect(failure.leftNothing && failure.isTransient)
    #expect(failure.message == "RDS ModifyDBInstance: InvalidDBInstanceState: it is stopped (HTTP 400, request r-1)")
    #expect(bench.clock.total == .seconds(60))
  }

  @Test func onlyWhatTheCallCallsDoneIsDone() async throws {
    let rds = ScriptedRDS { _, _ in .refusal(400, "DBParameterGroupAlreadyExists", "there is one") }
    let group = Self.call("CreateDBParameterGroup", [:], doneCodes: ["DBParameterGroupAlreadyExists"])
    #expect(try await failure(group, try Bench(rds)) == nil)
    let other = ScriptedRDS { _, _ in .refusal(400, "DBInstanceAlreadyExists", "there is one") }
    let creation = Self.call("CreateDBInstance", ["DBInstanceIdentifier": "orders"])
    let failure = try #require(try await failure(creation, try Bench(other)))
    // The executor looks whether it is the one that was asked for.
    #expect(failure.leftNothing && failure.isTransient)
  }

  @Test func nothingToModifyIsNoFailure() async throws {
    let rds = ScriptedRDS { action, _ in
      action == "DescribeDBInstances"
        ? status("available") : .refusal(400, "InvalidParameterCombination", "No modifications were requested")
    }
    #expect(try await failure(modify, try Bench(rds)) == nil)
  }

  @Test func aDeniedActionIsNamed() async throws {
    let rds = ScriptedRDS { action, _ in
      action == "DescribeDBInstances" ? status("available") : .refusal(403, "AccessDenied", "not you")
    }
    let failure = try #require(try await failure(modify, try Bench(rds)))
    #expect(failure.hint == "allow `rds:ModifyDBInstance` to these credentials")
    #expect(failure.leftNothing && !failure.isTransient)
  }

  @Test func whatIsBeingDeletedIsNotDeletedAgain() async throws {
    let rds = ScriptedRDS { _, _ in status("deleting") }
    let deletion = Self.call("DeleteDBInstance", ["DBInstanceIdentifier": "orders", "SkipFinalSnapshot": "true"])
    #expect(try await failure(deletion, try Bench(rds)) == nil)
    #expect(rds.actions == ["DescribeDBInstances"])
  }

  @Test func aSecretIsSentAndNeverTold() async throws {
    let rds = ScriptedRDS { _, _ in .refusal(400, "InvalidParameterValue", "the password correct-horse is too short") }
    let creation = Planner.Operation.http(
      call: HTTPCall(
        endpoint: "rds",
        form: [
          HTTPField("Action", "CreateDBInstance"), HTTPField("Version", "2014-10-31"),
          HTTPField("MasterUserPassword", .secret(reference: .environment(variable: "P"))),
          HTTPField("DBSnapshotIdentifier", .timestamped(prefix: "holdfast-orders-")),
        ]))
    let failure = try #require(try await failure(creation, try Bench(rds)))
    #expect(failure.message.contains("the password <redacted> is too short"))
    let form = try #require(rds.forms.last)
    #expect(form.contains("MasterUserPassword=correct-horse"))
    #expect(form.contains("DBSnapshotIdentifier=holdfast-orders-20261119030000"))
  }

  @Test func aPlanCallsNothingButRDS() async throws {
    let rds = ScriptedRDS { _, _ in .result("") }
    let call = Planner.Operation.http(call: HTTPCall(endpoint: "iam", form: [HTTPField("Action", "CreateUser")]))
    #expect(try await failure(call, try Bench(rds))?.leftNothing == true)
    #expect(rds.actions.isEmpty)
  }

  @Test func copiesAreAskedOfTheirOwnRegion() async throws {
    let rds = ScriptedRDS { _, _ in .result("") }
    let copy = Planner.Operation.http(
      call: HTTPCall(
        endpoint: "rds", region: "eu-central-1",
        form: [HTTPField("Action", "StartDBInstanceAutomatedBackupsReplication"), HTTPField("Version", "2014-10-31")]))
    #expect(try await failure(copy, try Bench(rds)) == nil)
    #expect(rds.hosts.last == "rds.eu-central-1.amazonaws.com")
  }

  @Test func oneRunAtATime() async throws {
    let bench = try Bench(ScriptedRDS { _, _ in .result("") })
    let first = try await bench.open()
    await #expect(throws: LockFailure.self) { try await bench.open() }
    await first.finish()
    await (try await bench.open()).finish()
  }

  @Test func anotherAccountIsRefusedAndTheLockGivenBack() async throws {
    let rds = ScriptedRDS { _, _ in .result("") }
    let bench = try Bench(rds)
    var account = Samples.account
    account.account = "210987654321"
    let clients = AWSAccountClients(account, bench.surroundings)
    do throws(AWSFailure) {
      try await clients.checkAccount()
      Issue.record("it was taken")
    } catch {
      #expect(error.detail == "the credentials belong to account 123456789012, and the specs name 210987654321")
    }
  }
}

@Suite struct SecretsManagerTests {
  private func manager(_ service: ScriptedRDS, environment: [String: String] = Bench.keys) throws -> SecretsManager {
    let bench = try Bench(service, environment: environment)
    return SecretsManager(
      accounts: ["prod": AWSAccountClients(Samples.account, bench.surroundings)], bench.surroundings)
  }

  private let service = ScriptedRDS { _, _ in .result(#"{"SecretString": "{\"password\": \"hush\"}"}"#) }

  @Test func aSecretIsAskedForOnce() async throws {
    let manager = try manager(service)
    for _ in 0..<3 {
      #expect(try await manager.value(id: "orders", key: "password", platform: "prod") == Secret("hush"))
    }
    #expect(service.hosts == ["secretsmanager.eu-west-1.amazonaws.com"])
  }

  @Test func anARNNamesItsRegion() async throws {
    let id = "arn:aws:secretsmanager:us-east-2:123456789012:secret:orders-AbCdEf"
    _ = try await manager(service).value(id: id, key: nil, platform: nil)
    #expect(service.hosts == ["secretsmanager.us-east-2.amazonaws.com"])
  }

  @Test func elsewhereTheEnvironmentsRegionIsAsked() async throws {
    let environment = Bench.keys.merging(["AWS_REGION": "eu-north-1"]) { $1 }
    _ = try await manager(service, environment: environment).value(id: "orders", key: nil, platform: "db1")
    #expect(service.hosts == ["secretsmanager.eu-north-1.amazonaws.com"])
  }

  @Test func withoutARegionItIsSaidWhatToSet() async throws {
    let manager = try manager(service)
    do throws(SecretFailure) {
      _ = try await manager.value(id: "orders", key: nil, platform: nil)
      Issue.record("it was had")
    } catch {
      #expect(error.message == "no region to ask is known: set AWS_REGION, or write the secret's whole ARN")
    }
  }
}
