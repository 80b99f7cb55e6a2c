@preconcurrency import Glibc

/// Whether plain HTTP may be spoken to a host: only where nobody else's wire is on the way.
func isPlainHTTPAllowed(to host: String) -> Bool {
  if host.lowercased() == "localhost" { return true }
  guard let address = addressBytes(host) else { return false }
  return isLoopback(address) || metadataEndpoints.contains { addressBytes($0) == address }
}

/// Where the cloud gives a machine its credentials, over plain HTTP only. They answer from the machine's own
/// hypervisor or host, and requests to them carry no signature.
///
/// - Source: AWS documentation, "Instance metadata" of EC2, "Task IAM role" of ECS, "Pod Identity" of EKS, read
///   2026-11-22.
private let metadataEndpoints = ["169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"]

/// In network order: 4 bytes of a strict dotted quad, or 16; `nil` for a name. `127.1` and its like are names here.
private func addressBytes(_ host: String) -> [UInt8]? {
  for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
    var bytes = [UInt8](repeating: 0, count: count)
    if inet_pton(family, host, &bytes) == 1 { return bytes }
  }
  return nil
}

private func isLoopback(_ address: [UInt8]) -> Bool {
  address.count == 4 ? address[0] == 127 : address.dropLast().allSatisfy { $0 == 0 } && address.last == 1
}
