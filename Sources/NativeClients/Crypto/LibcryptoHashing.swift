import PlatformKit

/// libcrypto's digests, for those who only know the protocol.
package struct LibcryptoHashing: Hashing {
  package init() {}

  package func sha256(_ bytes: [UInt8]) -> [UInt8] { NativeClients.sha256(bytes) }

  package func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    NativeClients.hmacSHA256(key: key, bytes)
  }
}
