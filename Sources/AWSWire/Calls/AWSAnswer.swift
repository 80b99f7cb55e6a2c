import HTTP
import XML

/// Reads answers of the query protocol.
struct QueryAnswers: AWSAnswers {
  let call: AWSCall
  let isWrite: Bool
  let xml: any XMLReader

  /// The `…Result` of the answer; an empty element for an action that gives none.
  func result(_ response: HTTPResponse) throws(AWSFailure) -> XMLElement {
    let document: XMLElement
    do { document = try xml.read(response.body) } catch {
      throw unreadable(response, "\(error.message) (line \(error.line))")
    }
    if document.name == "ErrorResponse" { throw refusal(response, document) }
    guard document.name == "\(call.action)Response" else {
      throw unreadable(response, "the answer is <\(document.name)>, not <\(call.action)Response>")
    }
    return document["\(call.action)Result"] ?? XMLElement("\(call.action)Result")
  }

  func failure(_ response: HTTPResponse) -> AWSFailure? {
    if (200..<300).contains(response.status) { return nil }
    guard let document = try? xml.read(response.body), document.name == "ErrorResponse" else {
      return unreadable(response, "the answer is no error of AWS's but \(kind(of: response))")
    }
    return refusal(response, document)
  }

  private func refusal(_ response: HTTPResponse, _ document: XMLElement) -> AWSFailure {
    // Some services, and proxies of theirs, put a list around it.
    let error = document["Error"] ?? document["Errors"]?["Error"]
    return refused(
      response, code: error?.text("Code"), detail: error?.text("Message") ?? "",
      requestID: document.text("RequestId") ?? document.text("RequestID"))
  }

  var service: AWSService { call.service }
  var action: String { call.action }
}

/// Reads answers of JSON 1.1.
struct JSONAnswers: AWSAnswers {
  let service: AWSService
  let action: String
  let isWrite: Bool

  func result(_ response: HTTPResponse) throws(AWSFailure) -> [String: JSONMember] {
    do { return try readJSONObject(response.body) } catch { throw unreadable(response, error.message) }
  }

  func failure(_ response: HTTPResponse) -> AWSFailure? {
    if (200..<300).contains(response.status) { return nil }
    guard let members = try? readJSONObject(response.body), let type = members.text("__type") ?? members.text("code")
    else { return unreadable(response, "the answer is no error of AWS's but \(kind(of: response))") }
    // `com.amazonaws.secretsmanager#ResourceNotFoundException`
    let code = type.split(separator: "#").last.map(String.init)
    return refused(
      response, code: code, detail: members.text("message") ?? members.text("Message") ?? "", requestID: nil)
  }
}

/// What an answer is, whichever way it is written.
protocol AWSAnswers: Sendable {
  var service: AWSService { get }
  var action: String { get }
  var isWrite: Bool { get }
  /// `nil` for an answer that is worth reading.
  func failure(_ response: HTTPResponse) -> AWSFailure?
}

extension AWSAnswers {
  /// What the answer means for trying again.
  ///
  /// A 503 that doesn't call itself throttling may come after the act, so it is a fault of the server like others.
  func classify(_ response: HTTPResponse, now: Int) -> AnswerClass {
    guard let failure = failure(response) else { return .success }
    let wait = retryAfter(of: response, now: now)
    if failure.isThrottling { return .throttled(retryAfter: wait) }
    return response.status >= 500 ? .serverError(retryAfter: wait) : .final
  }

  fileprivate func refused(
    _ response: HTTPResponse, code: String?, detail: String, requestID: String?
  ) -> AWSFailure {
    var failure = AWSFailure(
      .refused, service: service, action: action, code: code.flatMap { $0.isEmpty ? nil : $0 }, detail: detail,
      requestID: requestID ?? response.requestID, status: response.status)
    if failure.isSignatureMismatch {
      // The rest repeats the request, with its session token.
      failure.detail = detail.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }
    let isServerError = response.status >= 500 && !failure.isThrottling
    failure.isTransient = failure.isThrottling || isServerError
    failure.mayHaveActed = isWrite && isServerError
    failure.hint = hint(for: failure)
    return failure
  }

  fileprivate func unreadable(_ response: HTTPResponse, _ detail: String) -> AWSFailure {
    let isServerError = response.status >= 500
    return AWSFailure(
      .unreadable, service: service, action: action, detail: detail, requestID: response.requestID,
      status: response.status,
      hint: isServerError ? nil : "a proxy or another server may have answered: check the endpoint",
      isTransient: isServerError || response.status == 429,
      mayHaveActed: isWrite && (isServerError || response.status < 300))
  }

  private func hint(for failure: AWSFailure) -> String? {
    switch failure.code {
    case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
      "allow `\(service.rawValue):\(action)` to these credentials"
    case "InvalidClientTokenId", "UnrecognizedClientException":
      "AWS does not know the access key, or its session token is missing: check where the credentials come from"
    case "SignatureDoesNotMatch", "InvalidSignatureException":
      "the secret access key does not belong to the access key"
    default: failure.isExpiredToken ? "the session is over: log in again" : nil
    }
  }
}

extension AWSFailure {
  var isExpiredToken: Bool { code == "ExpiredToken" || code == "ExpiredTokenException" }

  fileprivate var isSignatureMismatch: Bool { code == "SignatureDoesNotMatch" || code == "InvalidSignatureException" }

  /// Codes by which services tell a wrong clock, among other things.
  var mayBeClock: Bool {
    isSignatureMismatch || ["RequestTimeTooSkewed", "RequestExpired", "AuthFailure"].contains(code)
  }
}

private func kind(of response: HTTPResponse) -> String {
  if response.body.isEmpty { return "empty" }
  let type = response.header("content-type").map { $0.prefix { $0 != ";" } } ?? "without a type"
  return "\(response.body.count) bytes, \(type)"
}

extension HTTPResponse {
  fileprivate var requestID: String? { header("x-amzn-requestid") ?? header("x-amz-request-id") }
}
