import AWSWire
import Foundation
import HTTP
import Model
import NativeClients
import SQL
import Synchronization
import TestServers
import Testing

/// Where credentials are found, in which order, and what is said where they are not.
@Suite struct CredentialTests {
  private let keys = ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "hush-env"]
  private let off = ["AWS_EC2_METADATA_DISABLED": "true"]

  @Test func environmentComesFirst() async throws {
    let home = try Home(credentials: "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = hush")
    let found = try await find(keys.merging(["AWS_SESSION_TOKEN": "hush-token"]) { $1 }, home)
    #expect(found.accessKeyID == "AKIAENV")
    #expect(found.sessionToken?.reveal() == "hush-token")
  }

  @Test(arguments: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) func halfAKeyIsAnError(_ name: String) async throws {
    let failure = await failure(keys.filter { $0.key == name }, try Home())
    #expect(failure?.message.contains("half an access key in the environment") == true)
  }

  @Test func readsBothFiles() async throws {
    let home = try Home(
      credentials: """
        # a comment
        [default]
        aws_access_key_id=AKIADEFAULT
        aws_secret_access_key = hush

        [prod]
        aws_access_key_id = AKIAPROD
        aws_secret_access_key = hush=with=equals
        """,
      config: """
        [default]
        region = eu-west-1
        [profile prod]
        s3 =
          aws_access_key_id = AKIANESTED
        aws_session_token = hush-token
        [profile "two words"]
        aws_access_key_id = AKIATWO
        aws_secret_access_key = hush
        [sso-session prod]
        sso_start_url = https://example.net
        """)
    #expect(try await find([:], home).accessKeyID == "AKIADEFAULT")
    let prod = try await find(["AWS_PROFILE": "prod"], home)
    #expect(prod.accessKeyID == "AKIAPROD")
    #expect(prod.secretAccessKey.reveal() == "hush=with=equals")
    #expect(prod.sessionToken?.reveal() == "hush-token")
    #expect(prod.source == "profile `prod`")
    let own = try await find(
      ["AWS_PROFILE": "prod"].merging(keys) { $1 }, home, CredentialSettings(profile: "two words"))
    #expect(own.accessKeyID == "AKIATWO")
  }

  @Test func namesTheProfilesThereAre() async throws {
    let home = try Home(credentials: "[a]\naws_access_key_id = x\n", config: "[profile b]\nregion = x\n")
    let failure = await failure([:], home, CredentialSettings(profile: "c"))
    #expect(failure?.message.contains("profile `c`, which the spec asks for, is not in") == true)
    #expect(failure?.hint == "there are `a`, `b`")
  }

  @Test func saysWhereItLooked() async throws {
    let failure = await failure(off, try Home())
    let message = try #require(failure?.message)
    let places = [
      "the environment (", "profile `default` (", "a web identity (", "the container's service (",
      "the instance's metadata (",
    ]
    let found = places.compactMap { message.range(of: $0)?.lowerBound }
    #expect(found.count == places.count, "\(message)")
    #expect(found == found.sorted())
    #expect(failure?.hint.contains("set AWS_ACCESS_KEY_ID") == true)
  }

  @Test(arguments: [
    "[default\naws_secret_access_key = hush", "aws_secret_access_key hush", "[default]\nhush hush hush",
  ])
  func saysWhichLineIsWrongWithoutIt(_ text: String) async throws {
    let failure = await failure([:], try Home(credentials: text))
    #expect(failure?.message.contains("credentials:") == true)
    #expect(failure?.description.contains("hush") == false)
  }

  @Test(arguments: [
    ("credential_process = /bin/true", "credential_process of profile `p` is not supported by this version"),
    ("sso_session = corp", "sso_session of profile `p` is not supported by this version"),
    ("role_arn = arn:r\nsource_profile = base\nmfa_serial = x", "mfa_serial of profile `p` is not supported"),
    ("role_arn = arn:r", "has a role_arn, but nothing to assume it with"),
    ("role_arn = arn:r\nsource_profile = base\ncredential_source = Environment", "has both"),
    ("role_arn = arn:r\ncredential_source = Elsewhere", "`Elsewhere` is not a credential_source"),
    ("role_arn = arn:r\nsource_profile = nobody", "profile `nobody`, which profile `p` asks for"),
    ("role_arn = arn:r\nsource_profile = base\nduration_seconds = 60", "duration_seconds of profile `p`"),
    ("role_arn = arn:r\nsource_profile = q", "in a circle: `p` → `q` → `p`"),
    ("role_arn = arn:r\nsource_profile = p", "in a circle: `p` → `p`"),
  ])
  func refusesProfiles(_ lines: String, _ expected: String) async throws {
    let home = try Home(
      config: "[profile p]\n\(lines)\n[profile q]\nrole_arn = arn:q\nsource_profile = p\n[profile base]\n"
        + "aws_access_key_id = AKIABASE\naws_secret_access_key = hush\n")
    let failure = await failure(["AWS_PROFILE": "p"], home)
    #expect(failure?.message.contains(expected) == true, "\(failure?.message ?? "found")")
  }

  @Test func assumesRolesOneAfterTheOther() async throws {
    let home = try Home(
      credentials: "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = hush\n",
      config: """
        [profile middle]
        role_arn = arn:middle
        source_profile = base
        [profile top]
        role_arn = arn:top
        source_profile = middle
        external_id = ext
        role_session_name = me
        duration_seconds = 900
        """)
    let service = ScriptedService { _, number in assumed("AssumeRole", "AKIA\(number)") }
    let settings = CredentialSettings(profile: "top", role: AssumedRole(roleARN: "arn:spec", externalID: "e"))
    let found = try await find([:], home, settings, service)
    #expect(found.accessKeyID == "AKIA2")
    #expect(found.expires == Timestamp(seconds: 1_795_370_400))
    #expect(
      found.source == "role arn:spec, assumed by role arn:top, assumed by role arn:middle, assumed by profile `base`")
    let forms = service.requests.map(\.form)
    let prefix = "Action=AssumeRole&Version=2011-06-15"
    #expect(forms[0] == "\(prefix)&RoleArn=arn%3Amiddle&RoleSessionName=holdfast")
    #expect(forms[1] == "\(prefix)&DurationSeconds=900&ExternalId=ext&RoleArn=arn%3Atop&RoleSessionName=me")
    #expect(forms[2] == "\(prefix)&ExternalId=e&RoleArn=arn%3Aspec&RoleSessionName=holdfast")
    let signers = ["AKIABASE", "AKIA0", "AKIA1"]
    for (request, signer) in zip(service.requests, signers) {
      #expect(request.header("authorization")?.contains("Credential=\(signer)/") == true)
    }
  }

  @Test func aProfileMayAssumeARoleWithItsOwnKey() async throws {
    let home = try Home(
      config:
        "[profile p]\nrole_arn = arn:r\nsource_profile = p\naws_access_key_id = AKIAP\naws_secret_access_key = s\n")
    let service = ScriptedService([assumed("AssumeRole", "AKIAROLE")])
    #expect(try await find(["AWS_PROFILE": "p"], home, CredentialSettings(), service).accessKeyID == "AKIAROLE")
  }

  @Test func roleThatMayNotBeAssumed() async throws {
    let home = try Home()
    let failure = await failure(
      keys, home, CredentialSettings(role: AssumedRole(roleARN: "arn:r")),
      ScriptedService([.error(403, "AccessDenied", "not authorized")]))
    #expect(failure?.message.contains("cannot assume role arn:r: STS AssumeRole: AccessDenied: not authorized") == true)
    #expect(failure?.hint == "allow `sts:AssumeRole` to these credentials")
  }

  @Test func tradesAWebIdentity() async throws {
    let home = try Home()
    let token = try home.directory.write("hush-jwt\n", to: "token")
    let service = ScriptedService([assumed("AssumeRoleWithWebIdentity", "AKIAWEB")])
    let environment = [
      "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:web", "AWS_ROLE_SESSION_NAME": "ci",
    ]
    #expect(try await find(environment, home, CredentialSettings(), service).accessKeyID == "AKIAWEB")
    let request = try #require(service.requests.first)
    #expect(request.form.contains("RoleSessionName=ci&WebIdentityToken=hush-jwt"))
    #expect(request.header("authorization") == nil)

    let refusing = ScriptedService([.error(400, "InvalidIdentityToken", "hush-jwt is no token")])
    let failure = await failure(environment, home, CredentialSettings(), refusing)
    #expect(failure?.description.contains("hush") == false)
    #expect(await self.failure(["AWS_WEB_IDENTITY_TOKEN_FILE": token], home)?.message.contains("AWS_ROLE_ARN") == true)
  }

  @Test func asksTheContainer() async throws {
    let home = try Home()
    let token = try home.directory.write("hush-token\n", to: "token")
    let service = ScriptedService([.answer(503, ""), .answer(200, metadata("AKIAECS"))])
    let environment = [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?a=b", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
    ]
    #expect(try await find(environment, home, CredentialSettings(), service).accessKeyID == "AKIAECS")
    let request = try #require(service.requests.first)
    #expect(request.url == HTTPURL(scheme: .http, host: "169.254.170.2", path: "/v2/x", query: "a=b"))
    #expect(request.header("authorization") == "hush-token")
  }

  @Test(arguments: [
    ("http://169.254.170.23/v1/credentials", true), ("https://creds.example.net/x", true),
    ("http://127.0.0.9:81/x", true),
    ("http://[::1]/x", true), ("http://localhost/x", true), ("http://[fd00:ec2::23]/v1", true),
    ("http://creds.example.net/x", false), ("http://127.0.0.1.evil.example/x", false),
    ("http://169.254.169.254/x", false),
    ("nonsense", false),
  ])
  func asksOnlyNearContainersInPlainText(_ address: String, _ isAsked: Bool) async throws {
    let service = ScriptedService([.answer(200, metadata("AKIAECS"))])
    let environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": address, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"]
    let failure = await failure(environment, try Home(), CredentialSettings(), service)
    #expect((failure == nil) == isAsked)
    #expect(service.requests.isEmpty == !isAsked)
  }

  @Test func asksTheInstanceByVersion2() async throws {
    let service = ScriptedService { request, _ in
      switch (request.method, request.url.path) {
      case ("PUT", "/latest/api/token"): .answer(200, "tok")
      case ("GET", "/latest/meta-data/iam/security-credentials/"): .answer(200, "my-role\n")
      case ("GET", "/latest/meta-data/iam/security-credentials/my-role"): .answer(200, metadata("AKIAEC2"))
      default: .answer(404, "")
      }
    }
    #expect(try await find([:], try Home(), CredentialSettings(), service).accessKeyID == "AKIAEC2")
    #expect(service.requests[0].url.host == "169.254.169.254")
    #expect(service.requests[0].header("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
    #expect(service.requests[2].header("x-aws-ec2-metadata-token") == "tok")
  }

  @Test(arguments: [
    ScriptedService.Answer.lost(.connectionRefused, mayHaveActed: false), .lost(.timedOut, mayHaveActed: true),
    .answer(403, ""), .answer(200, "\u{1B}[2J"),
  ])
  func noInstanceIsNoCredentials(_ answer: ScriptedService.Answer) async throws {
    let service = ScriptedService([answer])
    let failure = await failure([:], try Home(), CredentialSettings(), service)
    #expect(failure?.message.contains("nothing answers at http://169.254.169.254") == true)
    #expect(service.requests.count <= 2)
  }

  @Test(arguments: [
    #"{"Code":"Failed"}"#, #"{"AccessKeyId":"a"}"#, "hush", #"{"Code":"Success","AccessKeyId":1}"#,
    #"{"AccessKeyId":"a","SecretAccessKey":"hush","Token":"hush","Expiration":"tomorrow"}"#,
  ])
  func oddMetadataIsAnError(_ body: String) async throws {
    let failure = await failure(
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"], try Home(), CredentialSettings(),
      ScriptedService([.answer(200, body)]))
    #expect(failure?.message.contains("gave no credentials") == true)
    #expect(failure?.description.contains("hush") == false)
  }

  @Test func renewsBeforeTheEndAndOnce() async throws {
    let clock = TestClock()
    let count = Mutex(0)
    let service = ScriptedService { _, number in
      await Task.yield()
      count.withLock { $0 += 1 }
      return number < 2 ? .answer(200, metadata("AKIA\(number)", hours: number + 1)) : .answer(500, "")
    }
    let chain = try chain(
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"], Home(), CredentialSettings(), service, clock)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try? await chain.credentials(replacing: nil) } }
    }
    #expect(count.withLock(\.self) == 1)
    clock.advance(3600 - 301)
    #expect(try await chain.credentials(replacing: nil)?.accessKeyID == "AKIA0")
    clock.advance(2)
    let renewed = try await chain.credentials(replacing: nil)
    #expect(renewed?.accessKeyID == "AKIA1")
    #expect(count.withLock(\.self) == 2)
    // The service fails from here on: what is still good for minutes is used up, and no longer.
    clock.advance(3600)
    #expect(try await chain.credentials(replacing: nil)?.accessKeyID == "AKIA1")
    await #expect(throws: CredentialFailure.self) { try await chain.credentials(replacing: renewed) }
    clock.advance(302)
    await #expect(throws: CredentialFailure.self) { try await chain.credentials(replacing: nil) }
  }
}

extension CredentialTests {
  /// A home directory with the shared files of AWS's tools.
  private struct Home {
    let directory: TemporaryDirectory

    init(credentials: String? = nil, config: String? = nil) throws {
      directory = try TemporaryDirectory()
      if let credentials { try directory.write(credentials, to: ".aws/credentials") }
      if let config { try directory.write(config, to: ".aws/config") }
    }
  }

  private func chain(
    _ environment: [String: String], _ home: Home, _ settings: CredentialSettings, _ service: ScriptedService,
    _ clock: TestClock
  ) throws -> CredentialChain {
    CredentialChain(
      settings,
      CredentialSurroundings(
        environment: environment.merging(["HOME": home.directory.path]) { $1 }, files: LocalFiles(), http: service,
        xml: ExpatReader(), hashing: LibcryptoHashing(), endpoints: try AWSEndpoints(region: "eu-west-1"),
        now: clock.now, clock: clock.retry))
  }

  private func find(
    _ environment: [String: String], _ home: Home, _ settings: CredentialSettings = CredentialSettings(),
    _ service: ScriptedService = ScriptedService([.lost(.connectionRefused, mayHaveActed: false)])
  ) async throws -> AWSCredentials {
    try #require(try await chain(environment, home, settings, service, TestClock()).credentials(replacing: nil))
  }

  private func failure(
    _ environment: [String: String], _ home: Home, _ settings: CredentialSettings = CredentialSettings(),
    _ service: ScriptedService = ScriptedService([.lost(.connectionRefused, mayHaveActed: false)])
  ) async -> CredentialFailure? {
    do {
      _ = try await find(environment, home, settings, service)
      return nil
    } catch {
      return error as? CredentialFailure
    }
  }
}

private func assumed(_ action: String, _ key: String) -> ScriptedService.Answer {
  .result(
    action,
    "<Credentials><AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>hush</SecretAccessKey>"
      + "<SessionToken>hush-session</SessionToken><Expiration>2026-11-22T18:00:00Z</Expiration></Credentials>")
}

/// - Parameter hours: after 17:00.
private func metadata(_ key: String, hours: Int = 1) -> String {
  #"{"Code":"Success","AccessKeyId":"\#(key)","SecretAccessKey":"hush","Token":"hush-token","#
    + #""Expiration":"2026-11-22T\#(17 + hours):00:00Z"}"#
}
