import Testing

@testable import NativeClients

struct PlainHTTPTests {
  @Test(arguments: [
    "localhost", "LOCALHOST", "127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23", "fd00:ec2::254", "FD00:EC2:0:0:0:0:0:254", "fd00:ec2::23",
  ])
  func staysOnThisMachine(_ host: String) { #expect(isPlainHTTPAllowed(to: host)) }

  @Test(arguments: [
    "", "localhost.", "a.localhost", "128.0.0.1", "0.0.0.0", "127.1", "0177.0.0.1", "2130706433", "0x7f000001",
    "127.0.0.1.",
    "127.0.0.1 ", "::", "::2", "1::1", "[::1]", "::ffff:7f00:1", "169.254.169.253", "169.254.0.0", "fd00:ec2::255",
    "fe80::1",
  ])
  func leavesIt(_ host: String) { #expect(!isPlainHTTPAllowed(to: host)) }
}
