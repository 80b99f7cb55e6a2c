import NativeClients
import SQL
import Testing

struct CryptoTests {
  @Test func digests() {
    #expect(sha256Hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    var pieces = SHA256Digest()
    pieces.update(Array("ab".utf8))
    pieces.update([])
    pieces.update(Array("c".utf8))
    #expect(pieces.finalizeHex() == sha256Hex(Array("abc".utf8)))
    // RFC 4231, test case 2.
    let code = hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
    #expect(hexadecimal(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(randomBytes(16) != randomBytes(16))
  }

  @Test func verifiersThatCannotBeTold() {
    #expect(scramVerifierMatches(verifier: "md5aaaabbbbccccdddd", password: Secret("x")) == nil)
    #expect(scramVerifierMatches(verifier: "", password: Secret("x")) == nil)
    #expect(scramVerifierMatches(verifier: "SCRAM-SHA-256$0:AAAA$AAAA:AAAA", password: Secret("x")) == nil)
  }
}
