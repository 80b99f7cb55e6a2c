import AWSWire
import HTTP
import Model
import NativeClients
import SQL
import Synchronization
import Testing
import XML

/// What becomes of calls that go wrong.
@Suite struct ClientFaultTests {
  private let describe = AWSCall.rds("DescribeDBInstances")
  private let modify = AWSCall.rds("ModifyDBInstance", AWSFields(["DBInstanceIdentifier": "orders"]))
  private let listed = ScriptedService.Answer.result("DescribeDBInstances", "<DBInstances/>")

  @Test func signsAndNamesItself() async throws {
    let service = ScriptedService([.result("ModifyDBInstance", "<DBInstance/>")])
    let client = try testClient(service)
    _ = try await client.call(modify, isWrite: true)
    let request = try #require(service.requests.first)
    #expect(request.url.origin == "https://rds.eu-west-1.amazonaws.com")
    #expect(request.method == "POST")
    #expect(!request.isSafeToRepeat)
    #expect(request.form == "Action=ModifyDBInstance&Version=2014-10-31&DBInstanceIdentifier=orders")
    #expect(request.header("x-amz-date") == "20261122T170000Z")
    #expect(request.header("x-amz-security-token") == "hush-token")
    #expect(request.header("user-agent") == "holdfast")
    #expect(request.header("authorization")?.contains("AKIATEST/20261122/eu-west-1/rds/aws4_request") == true)
    #expect(await client.requestCount == 1)
  }

  @Test(arguments: [
    (400, "Throttling"), (400, "ThrottlingException"), (503, "RequestLimitExceeded"), (400, "TooManyRequestsException"),
    (400, "RequestThrottled"), (503, "SlowDown"), (400, "PriorRequestNotComplete"), (429, "Anything"),
  ])
  func repeatsWhatWasThrottled(_ status: Int, _ code: String) async throws {
    let clock = TestClock()
    let service = ScriptedService([.error(status, code), .error(status, code), .result("ModifyDBInstance", "")])
    _ = try await testClient(service, clock: clock).call(modify, isWrite: true)
    #expect(service.requests.count == 3)
    #expect(clock.total > .zero)
  }

  @Test func waitsAsLongAsAsked() async throws {
    let clock = TestClock()
    let service = ScriptedService([.error(429, "Throttling", "no", ["retry-after": "7"]), listed])
    _ = try await testClient(service, clock: clock).call(describe, isWrite: false)
    #expect(clock.total >= .seconds(7))
  }

  @Test func throttledForEverIsAFailure() async throws {
    let service = ScriptedService([.error(400, "Throttling", "Rate exceeded")])
    let client = try testClient(service)
    let failure = await failure { () throws(AWSFailure) in try await client.call(modify, isWrite: true) }
    #expect(failure?.isThrottling == true)
    #expect(failure?.isTransient == true)
    #expect(failure?.mayHaveActed == false)
    #expect(service.requests.count == 8)
    #expect(await client.requestCount == 8)
  }

  /// Where most calls fail, the quota ends the retries of all.
  @Test func quotaEndsRetries() async throws {
    let service = ScriptedService([.error(500, "InternalFailure")])
    let client = try testClient(service)
    for _ in 0..<20 { _ = await failure { () throws(AWSFailure) in try await client.call(describe, isWrite: false) } }
    #expect(service.requests.count == 20 + TokenBucket.standardCapacity / TokenBucket.retryCost)
  }

  @Test(arguments: [
    ScriptedService.Answer.error(500, "InternalFailure"), .error(503, "ServiceUnavailable"),
    .answer(500, "<!doctype html><title>500</title>", ["content-type": "text/html"]), .answer(502, ""),
    .lost(.timedOut, mayHaveActed: true), .lost(.connectionLost, mayHaveActed: true),
  ])
  func repeatsReadsButNoWrites(_ fault: ScriptedService.Answer) async throws {
    let reading = ScriptedService([fault, fault, listed])
    _ = try await testClient(reading).call(describe, isWrite: false)
    #expect(reading.requests.count == 3)

    let writing = ScriptedService([fault, .result("ModifyDBInstance", "")])
    let client = try testClient(writing)
    let failure = await failure { () throws(AWSFailure) in try await client.call(modify, isWrite: true) }
    #expect(writing.requests.count == 1)
    #expect(failure?.mayHaveActed == true)
  }

  @Test func repeatsWritesThatNeverLeft() async throws {
    let service = ScriptedService([.lost(.connectionRefused, mayHaveActed: false), .result("ModifyDBInstance", "")])
    _ = try await testClient(service).call(modify, isWrite: true)
    #expect(service.requests.count == 2)
  }

  @Test(arguments: [
    (400, "InvalidParameterValue"), (403, "AccessDenied"), (404, "DBInstanceNotFound"), (400, "InvalidDBInstanceState"),
  ])
  func refusalsAreFinal(_ status: Int, _ code: String) async throws {
    let service = ScriptedService([.error(status, code, "because")])
    let client = try testClient(service)
    let failure = await failure { () throws(AWSFailure) in try await client.call(modify, isWrite: true) }
    #expect(service.requests.count == 1)
    #expect(failure?.code == code)
    #expect(failure?.status == status)
    #expect(failure?.requestID == "r-1")
    #expect(failure?.mayHaveActed == false)
    #expect(failure?.message == "RDS ModifyDBInstance: \(code): because (HTTP \(status), request r-1)")
  }

  @Test func namesThePermissionThatIsMissing() async throws {
    let client = try testClient(ScriptedService([.error(403, "AccessDenied")]))
    let failure = await failure { () throws(AWSFailure) in try await client.call(describe, isWrite: false) }
    #expect(failure?.hint == "allow `rds:DescribeDBInstances` to these credentials")
  }

  @Test(arguments: [
    "", "<!doctype html><html></html>", "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInst",
    "<DescribeDBClustersResponse/>", "{}", "<!DOCTYPE x [<!ENTITY a \"a\">]><DescribeDBInstancesResponse/>",
    "<DescribeDBInstancesResponse>\u{0}</DescribeDBInstancesResponse>",
  ])
  func answersOfAnotherKindAreFailures(_ body: String) async throws {
    let service = ScriptedService([.answer(200, body)])
    let client = try testClient(service)
    let reading = await failure { () throws(AWSFailure) in try await client.call(describe, isWrite: false) }
    #expect(reading?.kind == .unreadable)
    #expect(reading?.mayHaveActed == false)
    #expect(service.requests.count == 1)
    let writing = await failure { () throws(AWSFailure) in try await client.call(modify, isWrite: true) }
    #expect(writing?.mayHaveActed == true)
  }

  @Test func anErrorWithStatus200IsAFailure() async throws {
    let text = "<ErrorResponse><Error><Code>Odd</Code></Error></ErrorResponse>"
    let client = try testClient(ScriptedService([.answer(200, text)]))
    let failure = await failure { () throws(AWSFailure) in try await client.call(describe, isWrite: false) }
    #expect(failure?.code == "Odd")
  }

  @Test func unknownElementsAreLeftAlone() async throws {
    let service = ScriptedService([
      .result(
        "DescribeDBInstances", "<New><Deep>1</Deep></New><DBInstances><DBInstance><Odd/></DBInstance></DBInstances>")
    ])
    let items = try await testClient(service).pages(AWSPages(describe, items: ["DBInstances"]))
    #expect(items.count == 1)
  }

  @Test func escapesAndCutsForeignText() async throws {
    let long = String(repeating: "x", count: 5000)
    let client = try testClient(ScriptedService([.error(400, "Bad", "a\u{9B}31m\u{202E}\(long)")]))
    let failure = await failure { () throws(AWSFailure) in try await client.call(describe, isWrite: false) }
    let message = try #require(failure?.message)
    #expect(message.contains("a\\u{9B}31m\\u{202E}xx"))
    #expect(message.count < 1200)
  }

  @Test func doesNotRepeatWhatItSent() async throws {
    var call = modify
    call.fields.set("MasterUserPassword", secret: Secret("hush-password"))
    let client = try testClient(
      ScriptedService([.error(400, "InvalidParameterValue", "hush-password is too weak; hush-token, hush-secret")]))
    let weak = await failure { () throws(AWSFailure) in try await client.call(call, isWrite: true) }
    #expect(weak?.detail == "<redacted> is too weak; <redacted>, <redacted>")
    let canonical = "The signature does not match.\n\nThe Canonical String was x-amz-security-token:hush"
    let other = try testClient(ScriptedService([.error(403, "SignatureDoesNotMatch", canonical)]))
    let mismatch = await failure { () throws(AWSFailure) in try await other.call(call, isWrite: true) }
    #expect(mismatch?.detail == "The signature does not match.")
  }

  @Test(arguments: [
    ("RequestTimeTooSkewed", 1200), ("SignatureDoesNotMatch", -1200), ("RequestExpired", 300), ("AuthFailure", -300),
  ])
  func learnsTheClock(_ code: String, _ seconds: Int) async throws {
    let clock = TestClock()
    let date = seconds.httpDate(after: clock.now().seconds)
    let service = ScriptedService([
      .error(403, code, "no", ["date": date]), .result("ModifyDBInstance", ""), .result("ModifyDBInstance", ""),
    ])
    let client = try testClient(service, clock: clock)
    _ = try await client.call(modify, isWrite: true)
    _ = try await client.call(modify, isWrite: true)
    #expect(service.requests.count == 3)
    let signed = service.requests.map { $0.header("x-amz-date") ?? "" }
    #expect(signed[0] != signed[1])
    #expect(signed[1] == signed[2])
    let warnings = await client.warnings
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("\(abs(seconds) / 60) min \(seconds > 0 ? "behind" : "ahead of")") == true)
  }

  /// Once is enough, and a clock that is right is not to blame.
  @Test func learnsTheClockOnce() async throws {
    let clock = TestClock()
    let right = ScriptedService([
      .error(403, "SignatureDoesNotMatch", "no", ["date": 200.httpDate(after: clock.now().seconds)])
    ])
    let client = try testClient(right, clock: clock)
    _ = await failure { () throws(AWSFailure) in try await client.call(describe, isWrite: false) }
    #expect(right.requests.count == 1)
    #expect(await client.warnings.isEmpty)

    let wrong = ScriptedService { _, number in
      .error(403, "RequestTimeTooSkewed", "no", ["date": ((number + 1) * 1200).httpDate(after: 1_795_366_800)])
    }
    let other = try testClient(wrong)
    _ = await failure { () throws(AWSFailure) in try await other.call(describe, isWrite: false) }
    #expect(wrong.requests.count == 2)
  }

  @Test func renewsExpiredCredentialsOnce() async throws {
    let source = CountingSource()
    let service = ScriptedService { request, _ in
      request.header("authorization")?.contains("AKIA1/") == true
        ? .error(403, "ExpiredToken") : .result("ModifyDBInstance", "")
    }
    _ = try await testClient(service, credentials: source).call(modify, isWrite: true)
    #expect(service.requests.count == 2)

    let never = ScriptedService([.error(403, "ExpiredTokenException")])
    let client = try testClient(never, credentials: CountingSource())
    let failure = await failure { () throws(AWSFailure) in try await client.call(modify, isWrite: true) }
    #expect(never.requests.count == 2)
    #expect(failure?.hint == "the session is over: log in again")
  }

  @Test func followsMarkers() async throws {
    let service = ScriptedService([
      .result("DescribeDBInstances", "<DBInstances><A/><B/></DBInstances><Marker>m 1</Marker>"),
      .result("DescribeDBInstances", "<DBInstances><C/></DBInstances><Marker></Marker>"),
    ])
    let items = try await testClient(service).pages(AWSPages(describe, items: ["DBInstances"]))
    #expect(items.map(\.name) == ["A", "B", "C"])
    #expect(
      service.requests.map(\.form) == [
        "Action=DescribeDBInstances&Version=2014-10-31&MaxRecords=100",
        "Action=DescribeDBInstances&Version=2014-10-31&Marker=m+1&MaxRecords=100",
      ])
  }

  @Test func followsNestedMarkers() async throws {
    let action = "DescribeEngineDefaultParameters"
    let service = ScriptedService([
      .result(action, "<EngineDefaults><Parameters><A/></Parameters><Marker>1</Marker></EngineDefaults>"),
      .result(action, "<EngineDefaults><Parameters><B/></Parameters></EngineDefaults>"),
    ])
    let pages = AWSPages(.rds(action), items: ["EngineDefaults", "Parameters"], marker: ["EngineDefaults", "Marker"])
    #expect(try await testClient(service).pages(pages).map(\.name) == ["A", "B"])
  }

  /// Half a list would make what is on the other half look deleted.
  @Test(arguments: [
    ScriptedService.Answer.error(403, "AccessDenied"), .result("DescribeDBInstances", "<Marker>2</Marker>"),
    .result("DescribeDBInstances", "<DBInstances/><Marker>1</Marker>"), .answer(200, "<DescribeDBInstancesResp"),
  ])
  func aPageThatFailsFailsTheWhole(_ second: ScriptedService.Answer) async throws {
    let client = try testClient(
      ScriptedService([.result("DescribeDBInstances", "<DBInstances><A/></DBInstances><Marker>1</Marker>"), second]))
    let pages = AWSPages(describe, items: ["DBInstances"])
    #expect(await failure { () throws(AWSFailure) in try await client.pages(pages) } != nil)
  }

  @Test func endlessPagesEnd() async throws {
    let service = ScriptedService { _, number in
      .result("DescribeDBInstances", "<DBInstances/><Marker>\(number)</Marker>")
    }
    let client = try testClient(service)
    let pages = AWSPages(describe, items: ["DBInstances"], mostPages: 5)
    let failure = await failure { () throws(AWSFailure) in try await client.pages(pages) }
    #expect(failure?.detail == "there are more than 5 pages")
    #expect(service.requests.count == 5)
  }

  @Test func readsManyListsAtOnceInOrder() async throws {
    let service = ScriptedService { request, _ in
      let group = request.form.split(separator: "&").first { $0.hasPrefix("DBParameterGroupName=") } ?? ""
      if group.hasSuffix("=7") { return .error(404, "DBParameterGroupNotFound") }
      return .result("DescribeDBParameters", "<Parameters><P>\(group)</P></Parameters>")
    }
    let calls = (0..<30).map { number in
      AWSPages(.rds("DescribeDBParameters", AWSFields(["DBParameterGroupName": "\(number)"])), items: ["Parameters"])
    }
    let results = await (try testClient(service)).results(calls)
    #expect(results.count == 30)
    for (number, result) in results.enumerated() {
      switch result {
      case .success(let items): #expect(items.map(\.text) == ["DBParameterGroupName=\(number)"])
      case .failure(let failure): #expect(number == 7 && failure.code == "DBParameterGroupNotFound")
      }
    }
  }

  @Test func cancellationEndsTheWaiting() async throws {
    let service = ScriptedService([.error(400, "Throttling")])
    let clock = RetryClock(
      now: { .zero }, sleep: { (_: Duration) async throws(CancellationError) in throw CancellationError() },
      random: { 0.5 })
    let client = AWSClient(
      http: service, xml: ExpatReader(), hashing: LibcryptoHashing(), credentials: FixedCredentials(testCredentials),
      endpoints: try AWSEndpoints(region: "eu-west-1"), now: TestClock().now, clock: clock)
    let failure = await failure { () throws(AWSFailure) in try await client.call(describe, isWrite: false) }
    #expect(failure?.kind == .cancelled)
  }

  @Test func namesTheAccount() async throws {
    let service = ScriptedService([.result("GetCallerIdentity", "<Account>123456789012</Account>")])
    #expect(try await testClient(service).callerAccount() == "123456789012")
    #expect(service.requests.first?.url.host == "sts.eu-west-1.amazonaws.com")
    let none = try testClient(ScriptedService([.result("GetCallerIdentity", "")]))
    #expect(await failure { () throws(AWSFailure) in try await none.callerAccount() }?.kind == .unreadable)
  }
}

/// New credentials each time the old ones are called expired.
private actor CountingSource: CredentialSource {
  private var count = 1

  func credentials(replacing stale: AWSCredentials?) -> AWSCredentials? {
    if stale != nil { count += 1 }
    return AWSCredentials(accessKeyID: "AKIA\(count)", secretAccessKey: Secret("s"), source: "the test")
  }
}
