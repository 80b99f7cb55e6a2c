import CLibCurl
import HTTP

/// One request on its way: curl's handle, and the answer as far as it has come. For the curl thread alone.
final class CurlTransfer {
  let easy: UnsafeMutableRawPointer
  private let request: HTTPRequest
  private let continuation: CheckedContinuation<CurlOutcome, Never>
  private let errorText: UnsafeMutablePointer<CChar>
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private var answer: AnswerBuffer

  init(
    _ easy: UnsafeMutableRawPointer, _ request: HTTPRequest, _ continuation: CheckedContinuation<CurlOutcome, Never>
  ) {
    (self.easy, self.request, self.continuation) = (easy, request, continuation)
    answer = AnswerBuffer(bodyLimit: request.limits.bodyBytes)
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  func resume(_ outcome: CurlOutcome) { continuation.resume(returning: outcome) }

  /// - Returns: why it can't be sent, where curl refuses an option.
  func configure(_ settings: CurlSettings) -> CurlOutcome? {
    var options = CurlOptions(easy)
    setTransport(&options, settings)
    setLimits(&options)
    setMessage(&options)
    setSinks(&options)
    guard options.refused != nil else { return nil }
    return .failure(
      HTTPFailure(
        .invalidRequest, message: "libcurl refuses a request to \(request.url.origin)", mayHaveActed: false))
  }

  private func setTransport(_ options: inout CurlOptions, _ settings: CurlSettings) {
    let url = request.url
    options.set(CURLOPT_URL, url.origin + url.path + (url.query.map { "?\($0)" } ?? ""))
    // A signature covers the path as it is written.
    options.set(CURLOPT_PATH_AS_IS, 1)
    options.set(CURLOPT_PROTOCOLS_STR, url.scheme.rawValue)
    options.set(CURLOPT_NOSIGNAL, 1)
    options.set(CURLOPT_FOLLOWLOCATION, 0)
    options.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    options.set(CURLOPT_PIPEWAIT, 1)
    // On a kept connection that the server has just closed, curl sends a request again by itself, a POST too.
    options.set(CURLOPT_FRESH_CONNECT, request.isSafeToRepeat ? 0 : 1)

    options.set(CURLOPT_SSL_VERIFYPEER, 1)
    options.set(CURLOPT_SSL_VERIFYHOST, 2)
    options.set(CURLOPT_PROXY_SSL_VERIFYPEER, 1)
    options.set(CURLOPT_PROXY_SSL_VERIFYHOST, 2)
    options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let authorities = settings.authorities {
      // "Instead of" the system's: curl would look into the system's directory too.
      for option in [CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO] { options.set(option, authorities) }
      for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] { options.set(option, nil) }
    }
    // Empty is none; not set would be the environment's.
    options.set(CURLOPT_PROXY, url.scheme == .https ? settings.proxies.address : "")
    options.set(CURLOPT_NOPROXY, settings.proxies.exceptions)
    options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
  }

  private func setLimits(_ options: inout CurlOptions) {
    let limits = request.limits
    // To curl, 0 is its default or no limit at all.
    func seconds(_ value: Int) -> Int { min(max(value, 1), 86_400) }
    options.set(CURLOPT_CONNECTTIMEOUT, seconds(limits.connectSeconds))
    options.set(CURLOPT_TIMEOUT, seconds(limits.totalSeconds))
    options.set(CURLOPT_LOW_SPEED_LIMIT, 1)
    options.set(CURLOPT_LOW_SPEED_TIME, seconds(limits.stallSeconds))
    // Ends it at the header that promises more; what comes without promise, or compressed, is counted as it comes.
    options.setOffset(CURLOPT_MAXFILESIZE_LARGE, max(limits.bodyBytes, 1))
  }

  private func setMessage(_ options: inout CurlOptions) {
    options.set(CURLOPT_ACCEPT_ENCODING, "gzip")
    let method = request.method
    if method == "HEAD" {
      options.set(CURLOPT_NOBODY, 1)
    } else if method != "GET" || !request.body.isEmpty {
      options.set(CURLOPT_POST, 1)
      options.setOffset(CURLOPT_POSTFIELDSIZE_LARGE, request.body.count)
      request.body.withUnsafeBytes { bytes in
        // Without bytes curl would read them from standard input.
        options.setCopied(CURLOPT_COPYPOSTFIELDS, bytes.count > 0 ? bytes.baseAddress : nil)
      }
    }
    options.set(CURLOPT_CUSTOMREQUEST, method)
    for line in headerLines { headerList = curl_slist_append(headerList, line) }
    options.set(CURLOPT_HTTPHEADER, list: headerList)
  }

  /// Without a value curl leaves out a header of its own making; with a semicolon it sends an empty one.
  private var headerLines: [String] {
    let given = request.headers.filter { $0.name != "content-length" }
    let names = Set(given.map(\.name))
    let unwanted = ["accept", "content-type", "expect"].filter { !names.contains($0) }
    return given.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" } + unwanted.map { "\($0):" }
  }

  private func setSinks(_ options: inout CurlOptions) {
    // The handle is removed from curl and reset before this object goes.
    let context = Unmanaged.passUnretained(self).toOpaque()
    options.set(CURLOPT_WRITEDATA, pointer: context)
    options.set(CURLOPT_HEADERDATA, pointer: context)
    options.set(CURLOPT_ERRORBUFFER, pointer: errorText)
    options.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      CurlTransfer.receive(bytes, size * count, context) { $0.answer.takeBody($1) }
    }
    options.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      CurlTransfer.receive(bytes, size * count, context) { $0.answer.takeHeaderLine($1) }
    }
  }

  /// What curl's sinks answer: all bytes taken, or anything else to end the transfer.
  private static func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
    _ take: (CurlTransfer, UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    guard let context else { return -1 }
    let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    return take(transfer, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
  }

  func cancellation() -> HTTPFailure {
    HTTPFailure(
      .cancelled, message: "the request to \(request.url.origin) was cancelled",
      mayHaveActed: CurlProgress(easy, request).mayHaveBeenSent)
  }

  func outcome(_ code: CURLcode) -> CurlOutcome {
    if code == CURLE_OK, answer.fault == nil, let response = answer.response { return .success(response) }
    return .failure(
      curlFailure(
        code, answerFault: answer.fault, detail: String(cString: errorText), progress: CurlProgress(easy, request),
        request))
  }
}

/// Sets options and remembers the first that curl refused.
struct CurlOptions {
  private let easy: UnsafeMutableRawPointer
  private(set) var refused: CURLcode?

  init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

  mutating func set(_ option: CURLoption, _ value: Int) { note(holdfast_easy_set_long(easy, option, value)) }

  mutating func setOffset(_ option: CURLoption, _ value: Int) {
    note(holdfast_easy_set_offset(easy, option, curl_off_t(value)))
  }

  mutating func set(_ option: CURLoption, _ value: String?) { note(holdfast_easy_set_string(easy, option, value)) }

  mutating func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) {
    note(holdfast_easy_set_pointer(easy, option, pointer))
  }

  mutating func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
    note(holdfast_easy_set_list(easy, option, list))
  }

  mutating func set(_ option: CURLoption, _ sink: @escaping holdfast_sink) {
    note(holdfast_easy_set_sink(easy, option, sink))
  }

  /// For an option that copies the bytes.
  mutating func setCopied(_ option: CURLoption, _ bytes: UnsafeRawPointer?) {
    note(
      holdfast_easy_set_string(easy, option, bytes?.assumingMemoryBound(to: CChar.self)))
  }

  private mutating func note(_ code: CURLcode) {
    if code != CURLE_OK, refused == nil { refused = code }
  }
}
