import CLibCurl
import HTTP

/// How far a transfer has come, as curl tells after its end.
struct CurlProgress {
  /// The server may have seen at least a part of the request.
  let mayHaveBeenSent: Bool
  /// What a proxy answered to `CONNECT`; 0 where it wasn't asked.
  let connectStatus: Int

  init(_ easy: UnsafeMutableRawPointer, _ request: HTTPRequest) {
    var connectStatus = 0
    var sentBytes = 0
    var newConnections = 0
    var tlsMicroseconds: curl_off_t = 0
    _ = holdfast_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &connectStatus)
    // It counts what went to a proxy too.
    _ = holdfast_easy_get_long(easy, CURLINFO_REQUEST_SIZE, &sentBytes)
    _ = holdfast_easy_get_long(easy, CURLINFO_NUM_CONNECTS, &newConnections)
    _ = holdfast_easy_get_offset(easy, CURLINFO_APPCONNECT_TIME_T, &tlsMicroseconds)
    let lacksTLS = request.url.scheme == .https && newConnections > 0 && tlsMicroseconds == 0
    self.connectStatus = connectStatus
    mayHaveBeenSent = sentBytes > 0 && !lacksTLS
  }
}

/// - Parameter detail: curl's own words, which name hosts and ports, and nothing of the request.
func curlFailure(
  _ code: CURLcode, answerFault: AnswerBuffer.Fault?, detail: String, progress: CurlProgress, _ request: HTTPRequest
) -> HTTPFailure {
  let kind = answerFault?.kind ?? failureKind(code, progress)
  let words = answerFault?.words ?? (detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail)
  return HTTPFailure(
    kind, message: message(kind, visible(words), request), mayHaveActed: progress.mayHaveBeenSent)
}

private func message(_ kind: HTTPFailure.Kind, _ detail: String, _ request: HTTPRequest) -> String {
  let origin = request.url.origin
  return switch kind {
  case .invalidRequest: "a request to \(origin) can't be sent: \(detail)"
  case .plainTextRefused: "\(origin) is not asked over plain HTTP: \(detail)"
  case .nameNotFound: "no address for \(origin): \(detail)"
  case .connectionRefused: "no connection to \(origin): \(detail)"
  case .proxy: "no way to \(origin) through the proxy: \(detail)"
  case .certificate: "\(origin) is not trusted: \(detail)"
  case .timedOut: "no whole answer from \(origin) in time: \(detail)"
  case .connectionLost: "the connection to \(origin) broke off: \(detail)"
  case .tooLarge: "\(origin) answered more than the \(request.limits.bodyBytes) bytes that are read"
  case .malformedAnswer: "the answer from \(origin) can't be read: \(detail)"
  case .cancelled: "the request to \(origin) was cancelled"
  }
}

/// - Source: libcurl-errors(3), of 7.88.1.
private func failureKind(_ code: CURLcode, _ progress: CurlProgress) -> HTTPFailure.Kind {
  if progress.connectStatus != 0, !(200..<300).contains(progress.connectStatus) { return .proxy }
  switch code {
  case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: return .proxy
  case CURLE_COULDNT_RESOLVE_HOST: return .nameNotFound
  case CURLE_COULDNT_CONNECT: return .connectionRefused
  case CURLE_OPERATION_TIMEDOUT: return .timedOut
  case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
    CURLE_SSL_INVALIDCERTSTATUS:
    return .certificate
  case CURLE_FILESIZE_EXCEEDED: return .tooLarge
  // The first is an answer without a status line, as of HTTP/0.9; the last, a whole transfer without a whole head.
  case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_OK:
    return .malformedAnswer
  case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT: return .invalidRequest
  default: return .connectionLost
  }
}

extension AnswerBuffer.Fault {
  fileprivate var kind: HTTPFailure.Kind {
    switch self {
    case .bodyTooLarge: .tooLarge
    case .headersTooLarge, .malformedHeader: .malformedAnswer
    }
  }

  fileprivate var words: String {
    switch self {
    case .bodyTooLarge: "the body is too large"
    case .headersTooLarge: "its headers are larger than \(AnswerBuffer.mostHeaderBytes) bytes"
    case .malformedHeader: "it has a malformed header"
    }
  }
}

/// curl quotes what servers say in places.
private func visible(_ text: String) -> String {
  String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }))
}
