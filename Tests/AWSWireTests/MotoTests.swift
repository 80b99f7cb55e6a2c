import AWSWire
import Foundation
import HTTP
import Model
import NativeClients
import SQL
import TestServers
import Testing
import XML

/// The whole wire, from credentials to elements, against moto with its checks on.
@Suite struct MotoTests {
  @Test(.timeLimit(.minutes(2))) func speaksToMoto() async throws {
    let moto = try await Moto.start()
    let words = try await moto.prepare()
    let (key, secret, role) = (words[0], words[1], words[2])
    let reader = try client(moto, key, secret)

    let names = try await reader.pages(AWSPages(.rds("DescribeDBInstances"), items: ["DBInstances"]))
      .compactMap { $0.text("DBInstanceIdentifier") }
    #expect(names == (0..<120).map { String(format: "orders-%03d", $0) })
    #expect(await reader.requestCount == 2)
    #expect(try await reader.callerAccount() == "123456789012")
    #expect(try await reader.secretValue(id: "orders/master", key: "password").reveal() == "hush é")

    let oddName = AWSCall.rds("DescribeDBInstances", AWSFields(["DBInstanceIdentifier": "a b+c%d é~*'()"]))
    #expect(await failure(reader, oddName)?.code == "DBInstanceNotFound")

    let denied = await failure(
      reader, .rds("DeleteDBInstance", AWSFields(["DBInstanceIdentifier": "orders-000", "SkipFinalSnapshot": "true"])))
    #expect(denied?.code == "AccessDenied")
    #expect(denied?.requestID?.isEmpty == false)
    #expect(denied?.hint == "allow `rds:DeleteDBInstance` to these credentials")

    #expect(await failure(try client(moto, key, "wrong"), .rds("DescribeDBInstances"))?.code == "SignatureDoesNotMatch")
    #expect(
      await failure(try client(moto, "AKIANOBODY", secret), .rds("DescribeDBInstances"))?.code == "InvalidClientTokenId"
    )

    // moto has no such action, and says so as HTML with status 500.
    let missing = await failure(reader, .rds("DescribeCertificates"))
    #expect(missing?.kind == .unreadable)
    #expect(missing?.status == 500)

    try await assumes(role, moto, key, secret)
  }

  private func assumes(_ role: String, _ moto: Moto, _ key: String, _ secret: String) async throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "[base]\naws_access_key_id = \(key)\naws_secret_access_key = \(secret)\n", to: ".aws/credentials")
    try directory.write("[profile p]\nrole_arn = \(role)\nsource_profile = base\n", to: ".aws/config")
    let chain = CredentialChain(
      CredentialSettings(profile: "p"),
      CredentialSurroundings(
        environment: ["HOME": directory.path], files: LocalFiles(), http: CurlClient(), xml: ExpatReader(),
        hashing: LibcryptoHashing(), endpoints: try moto.endpoints, now: systemNow, clock: .system))
    let session = try client(moto, chain)
    #expect(try await session.call(.rds("DescribeDBInstances"), isWrite: false).list("DBInstances").count == 100)

    var stolen = try #require(try await chain.credentials(replacing: nil))
    #expect(stolen.expires.map { $0 > systemNow() } == true)
    stolen.sessionToken = Secret("another")
    let failure = await failure(try client(moto, FixedCredentials(stolen)), .rds("DescribeDBInstances"))
    #expect(failure?.code == "InvalidClientTokenId")
  }

  private func client(_ moto: Moto, _ key: String, _ secret: String) throws -> AWSClient {
    try client(
      moto,
      FixedCredentials(AWSCredentials(accessKeyID: key, secretAccessKey: Secret(secret), source: "the test")))
  }

  private func client(_ moto: Moto, _ credentials: any CredentialSource) throws -> AWSClient {
    AWSClient(
      http: CurlClient(), xml: ExpatReader(), hashing: LibcryptoHashing(), credentials: credentials,
      endpoints: try moto.endpoints, now: systemNow, clock: .system, policy: RetryPolicy(mostAttempts: 2))
  }

  private func failure(_ client: AWSClient, _ call: AWSCall) async -> AWSFailure? {
    await AWSWireTests.failure { () throws(AWSFailure) in try await client.call(call, isWrite: false) }
  }
}

@Sendable private func systemNow() -> Timestamp { Timestamp(seconds: Int(Date().timeIntervalSince1970)) }
