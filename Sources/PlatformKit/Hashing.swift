/// The digests that signatures are made of: a seam, so that what signs requests needs no libcrypto.
package protocol Hashing: Sendable {
  func sha256(_ bytes: [UInt8]) -> [UInt8]
  func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8]
}
