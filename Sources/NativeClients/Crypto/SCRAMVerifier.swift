import CLibCrypto
import SQL

/// Whether the password is the one that a role's stored verifier was made of.
///
/// - Returns: `nil` where that cannot be told: an `md5…` verifier (it is salted with the role's name), a format
///   we do not know, or a password beyond ASCII, which SASLprep may have changed before it was hashed.
/// - Source: RFC 5802 and PostgreSQL's `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
package func scramVerifierMatches(verifier: String, password: Secret) -> Bool? {
  guard let parts = SCRAMVerifier(verifier) else { return nil }
  let plain = Array(password.reveal().utf8)
  let salted = saltedPassword(plain, parts)
  let storedKey = sha256(hmacSHA256(key: salted, Array("Client Key".utf8)))
  if CRYPTO_memcmp(storedKey, parts.storedKey, storedKey.count) == 0 { return true }
  return plain.allSatisfy { $0 < 0x80 } ? false : nil
}

private struct SCRAMVerifier {
  let iterations: Int32
  let salt: [UInt8]
  let storedKey: [UInt8]

  init?(_ text: String) {
    let fields = text.split(separator: "$", omittingEmptySubsequences: false)
    guard fields.count == 3, fields[0] == "SCRAM-SHA-256" else { return nil }
    let work = fields[1].split(separator: ":")
    let keys = fields[2].split(separator: ":")
    guard work.count == 2, keys.count == 2, let iterations = Int32(work[0]), iterations > 0,
      let salt = base64Decoded(work[1]), let storedKey = base64Decoded(keys[0]), storedKey.count == 32
    else { return nil }
    self.iterations = iterations
    self.salt = salt
    self.storedKey = storedKey
  }
}

private func saltedPassword(_ password: [UInt8], _ verifier: SCRAMVerifier) -> [UInt8] {
  var salted = [UInt8](repeating: 0, count: 32)
  let done = password.withUnsafeBytes { bytes in
    PKCS5_PBKDF2_HMAC(
      bytes.assumingMemoryBound(to: CChar.self).baseAddress, Int32(bytes.count), verifier.salt,
      Int32(verifier.salt.count), verifier.iterations, EVP_sha256(), 32, &salted)
  }
  precondition(done == 1, "libcrypto refused to derive a key")
  return salted
}

private func base64Decoded(_ text: Substring) -> [UInt8]? {
  let encoded = Array(text.utf8)
  guard encoded.count.isMultiple(of: 4) else { return nil }
  var decoded = [UInt8](repeating: 0, count: encoded.count / 4 * 3)
  let length = EVP_DecodeBlock(&decoded, encoded, Int32(encoded.count))
  guard length >= 0 else { return nil }
  // libcrypto counts the padding as bytes.
  return Array(decoded.prefix(Int(length) - encoded.suffix(2).count { $0 == UInt8(ascii: "=") }))
}
