import CLibCrypto

/// SHA-256 over bytes that arrive in pieces.
package struct SHA256Digest: ~Copyable {
  private let context: OpaquePointer

  package init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no SHA-256, or there is no memory")
    }
    self.context = context
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  package mutating func update(_ bytes: [UInt8]) {
    let done = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    precondition(done == 1, "libcrypto refused to digest")
  }

  /// The digest of all that was given; ends it.
  package consuming func finalize() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = EVP_DigestFinal_ex(context, &digest, nil)
    precondition(done == 1, "libcrypto refused to digest")
    return digest
  }

  /// The digest in lower-case hexadecimal.
  package consuming func finalizeHex() -> String {
    hexadecimal(finalize())
  }
}

package func sha256(_ bytes: [UInt8]) -> [UInt8] {
  var digest = SHA256Digest()
  digest.update(bytes)
  return digest.finalize()
}

package func sha256Hex(_ bytes: [UInt8]) -> String {
  hexadecimal(sha256(bytes))
}

package func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
  var code = [UInt8](repeating: 0, count: 32)
  let done = HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &code, nil)
  precondition(done != nil, "libcrypto refused to authenticate")
  return code
}

/// Bytes from libcrypto's generator, fit for keys.
package func randomBytes(_ count: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  precondition(RAND_bytes(&bytes, Int32(count)) == 1, "libcrypto's random generator is not seeded")
  return bytes
}

package func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count * 2)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
