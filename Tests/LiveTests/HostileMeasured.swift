import TestServers
import Testing

/// What a run of the program cost.
struct MeasuredOutcome {
  var outcome: Outcome
  var processorSeconds: Double
  var peakMegabytes: Double
}

extension ServerRepository {
  /// Runs the program beneath a small parent that asks the kernel what it took.
  ///
  /// Perl, because the peak of a process that this one starts itself counts this one's memory too: until it runs its
  /// program it shares it. Processor time and not the clock, so that a busy machine fails no test.
  func measured(_ arguments: String..., environment more: [String: String] = [:]) throws -> MeasuredOutcome {
    let perl = """
      my $call = shift @ARGV;
      my $status = system { $ARGV[0] } @ARGV;
      my $usage = "\\0" x 144;
      syscall($call, -1, $usage) == 0 or die "getrusage: $!";
      my @u = unpack("q5", $usage);
      printf STDERR "\\nmeasured %.3f %.1f\\n", $u[0] + $u[2] + ($u[1] + $u[3]) / 1e6, $u[4] / 1024;
      exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
      """
    let program = try HoldfastBinary().path
    let environment = ChildProcess.environment.merging(["HOME": path]) { $1 }.merging(more) { $1 }
    var outcome = try ChildProcess.run(
      ["/usr/bin/perl", "-e", perl, Self.getrusage, program] + arguments, in: path, environment: environment,
      timeoutSeconds: 60)
    let mark = try #require(outcome.stderr.firstRange(of: "\nmeasured "))
    let numbers = outcome.stderr[mark.upperBound...].split(whereSeparator: \.isWhitespace).compactMap {
      Double($0)
    }
    outcome.stderr = String(outcome.stderr[..<mark.lowerBound])
    try #require(numbers.count == 2)
    return MeasuredOutcome(outcome: outcome, processorSeconds: numbers[0], peakMegabytes: numbers[1])
  }

  #if arch(arm64)
    private static let getrusage = "165"
  #else
    private static let getrusage = "98"
  #endif
}

/// Refused with exit code 1 within 1 s and 200 MB, in order, and never with raw control characters. A debug build may
/// take three times as long, and not more memory.
func expectBoring(
  _ measured: MeasuredOutcome, _ words: [String], status: Int32 = 1,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let (outcome, text) = (measured.outcome, measured.outcome.stdout + measured.outcome.stderr)
  #expect(outcome.status == status, "\(text.prefix(4000))", sourceLocation: sourceLocation)
  for word in words {
    #expect(text.contains(word), "\(word) is not in:\n\(text.prefix(4000))", sourceLocation: sourceLocation)
  }
  #expect(
    !text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || $0.value == 127 },
    sourceLocation: sourceLocation)
  #expect(measured.processorSeconds < secondsAllowed, sourceLocation: sourceLocation)
  #expect(measured.peakMegabytes < 200, sourceLocation: sourceLocation)
}

#if DEBUG
  private let secondsAllowed = 3.0
#else
  private let secondsAllowed = 1.0
#endif
