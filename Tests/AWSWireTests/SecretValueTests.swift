import AWSWire
import HTTP
import SQL
import Testing

@Suite struct SecretValueTests {
  @Test func readsTheWholeAndAMember() async throws {
    let service = ScriptedService([
      .answer(200, #"{"SecretString":"{\"password\":\"hush\",\"port\":5432,\"on\":true}"}"#)
    ])
    let client = try testClient(service)
    let (whole, password, port) = (
      try await client.secretValue(id: "orders"),
      try await client.secretValue(id: "orders", key: "password", versionStage: "AWSPREVIOUS"),
      try await client.secretValue(id: "orders", key: "port")
    )
    #expect(whole.reveal() == #"{"password":"hush","port":5432,"on":true}"#)
    #expect(password.reveal() == "hush")
    #expect(port.reveal() == "5432")
    let request = service.requests[1]
    #expect(request.form == #"{"SecretId":"orders","VersionStage":"AWSPREVIOUS"}"#)
    #expect(service.requests[0].form == #"{"SecretId":"orders"}"#)
    #expect(request.header("x-amz-target") == "secretsmanager.GetSecretValue")
    #expect(request.url.host == "secretsmanager.eu-west-1.amazonaws.com")
  }

  @Test(arguments: [
    #"{"SecretBinary":"aHVzaA=="}"#, #"{"SecretString":"hush"}"#, #"{"SecretString":"{\"a\":\"hush\"}"}"#,
    #"{"SecretString":"{\"password\":[\"hush\"]}"}"#, #"{"SecretString":"{\"password\":true,\"b\":\"hush\"}"}"#,
    #"{"SecretString":"{\"password\":\"hush\",\"password\":\"hush2\"}"}"#, #"{"SecretString":"hu"#, "hush", "",
  ])
  func saysWhatIsWrongWithoutTheSecret(_ body: String) async throws {
    let client = try testClient(ScriptedService([.answer(200, body)]))
    let failure = await failure { () throws(AWSFailure) in try await client.secretValue(id: "orders", key: "password") }
    let text = try #require(failure).description
    #expect(!text.contains("hush"), "\(text)")
  }

  @Test func readsErrors() async throws {
    let service = ScriptedService([
      .answer(
        400, #"{"__type":"com.amazonaws.x#ThrottlingException","message":"slow"}"#, ["x-amzn-requestid": "r-2"]),
      .answer(
        400, #"{"__type":"ResourceNotFoundException","Message":"can't find it"}"#, ["x-amzn-requestid": "r-3"]),
    ])
    let client = try testClient(service)
    let failure = await failure { () throws(AWSFailure) in try await client.secretValue(id: "orders") }
    #expect(
      failure?.message
        == "Secrets Manager GetSecretValue: ResourceNotFoundException: can't find it (HTTP 400, request r-3)")
  }
}
