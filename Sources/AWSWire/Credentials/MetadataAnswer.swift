import HTTP
import Model
import SQL

/// What the metadata services of containers and instances answer.
func metadataCredentials(_ response: HTTPResponse, source: String) throws(CredentialFailure) -> AWSCredentials {
  let members: [String: JSONMember]
  do { members = try readJSONObject(response.body) } catch {
    throw CredentialFailure(message: "\(source) gave no credentials: \(error.message)", hint: metadataHint)
  }
  if let code = members.text("Code"), code != "Success" {
    throw CredentialFailure(message: "\(source) gave no credentials: \(shown(code))", hint: metadataHint)
  }
  guard let accessKeyID = members.text("AccessKeyId"), let secret = members.text("SecretAccessKey"),
    let token = members.text("Token"), let expires = members.text("Expiration").flatMap(moment)
  else {
    throw CredentialFailure(message: "\(source) gave no credentials: a member is missing", hint: metadataHint)
  }
  return AWSCredentials(
    accessKeyID: accessKeyID, secretAccessKey: Secret(secret), sessionToken: Secret(token), expires: expires,
    source: source)
}

/// Metadata is near and small, or not there at all.
let metadataLimits = HTTPLimits(connectSeconds: 1, totalSeconds: 2, bodyBytes: 1 << 16, stallSeconds: 2)

let metadataHint = "give the task or instance a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"

/// A word of an answer, fit for a message.
func shown(_ text: String) -> String { String(text.filter { $0.isLetter || $0.isNumber }.prefix(60)) }

/// Sends a request, and once more where no answer came or the service failed.
func sendTwice(_ request: HTTPRequest, _ http: any HTTPClient) async throws(HTTPFailure) -> HTTPResponse {
  do {
    let response = try await http.send(request)
    if response.status < 500 { return response }
  } catch {
    // Nothing listens there, which a moment changes in no data centre.
    guard error.isTransient, error.kind != .connectionRefused else { throw error }
  }
  return try await http.send(request)
}
